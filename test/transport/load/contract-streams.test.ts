/** The contract of all transports, for wperf's own streams. */
import { describeContract } from './contract.js';

describeContract('tcp', 'kcp');

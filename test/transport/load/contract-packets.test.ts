/** The contract of all transports, for packets. */
import { describeContract } from './contract.js';

describeContract('udp', 'boxes');

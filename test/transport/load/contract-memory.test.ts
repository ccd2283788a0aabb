/** The contract of all transports, for memory. */
import { describeContract } from './contract.js';

describeContract('memory');

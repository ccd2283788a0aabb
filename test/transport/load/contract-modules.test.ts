/** The contract of all transports, for the modules of docs/transports.md. */
import { describeContract } from './contract.js';

describeContract('plain', 'h2');

/** For `node --require`: as if the optional package koffi were not installed. */
const Module = require('node:module');

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => {
  if (name === 'koffi') throw new Error('Cannot find package koffi');
  return resolveFilename(name, ...rest);
};

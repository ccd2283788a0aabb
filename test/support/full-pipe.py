"""Runs a program whose standard output is a pipe that is full from the start, and that nobody reads."""
import fcntl, os, sys

PIPE_SIZE = 1031  # F_SETPIPE_SZ, which Python 3.10 was the first to name

reading, writing = os.pipe()
os.write(writing, b" " * fcntl.fcntl(writing, PIPE_SIZE, 4096))
os.set_inheritable(reading, True)
os.dup2(writing, 1)
os.execv(sys.argv[1], sys.argv[1:])

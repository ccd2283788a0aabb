/*
 * `receive [CONTROL]`: counts one connection's bytes in 64 KiB reads, then waits to be stopped.
 * `send PORT SECONDS [CONTROL]`: 1 MiB writes. CONTROL is the name of a congestion control.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int receive(int sock, struct sockaddr_in address) {
  static char buffer[64 * 1024];
  socklen_t size = sizeof address;
  if (bind(sock, (struct sockaddr *)&address, size) || listen(sock, 1)) return 1;
  if (getsockname(sock, (struct sockaddr *)&address, &size)) return 1;
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  int peer = accept(sock, NULL, NULL);
  double from = now();
  long long bytes = 0;
  ssize_t got;
  while ((got = read(peer, buffer, sizeof buffer)) > 0) bytes += got;
  printf("%lld bytes in %.6f s\n", bytes, now() - from);
  fflush(stdout);
  pause();
  return 0;
}

static int transmit(int sock, struct sockaddr_in address, double seconds) {
  static char block[1024 * 1024];
  memset(block, 'x', sizeof block);
  if (connect(sock, (struct sockaddr *)&address, sizeof address)) return 1;
  double deadline = now() + seconds;
  while (now() < deadline)
    if (write(sock, block, sizeof block) < 0) return 1;
  return 0;
}

int main(int count, char **words) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int sock = socket(AF_INET, SOCK_STREAM, 0);
  if (sock < 0 || count < 2) return 1;
  int receives = strcmp(words[1], "receive") == 0;
  const char *control = count > (receives ? 2 : 4) ? words[receives ? 2 : 4] : NULL;
  if (control && setsockopt(sock, IPPROTO_TCP, TCP_CONGESTION, control, strlen(control))) return 1;
  if (receives) return receive(sock, address);
  if (count < 4) return 1;
  address.sin_port = htons(atoi(words[2]));
  return transmit(sock, address, atof(words[3]));
}

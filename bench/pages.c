/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A small HTTP client for speed: connections kept open, each asking for the next path of a list and waiting
 * for the whole answer. Prints one object of JSON. Usage:
 *
 *	bench_pages PORT CONNECTIONS SECONDS STATUS FILE    (FILE: whole request heads, separated by lines "%%")
 *
 * Every answer must have STATUS and a Content-Length (304: none), or be 503, which is counted apart.
 */
#include "bench/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define REQUESTS_MAX    20000
#define TIMES_MAX       (1 << 20)
#define ANSWER_MAX      (4 << 20)

struct run {
	int port, status;
	double until;
	char *requests[REQUESTS_MAX];
	size_t n;
	atomic_size_t next, done, bytes, refused;
	float *times;
};

static void stop_at(const char *why)
{
	(void)fprintf(stderr, "pages: %s\n", why);
	exit(1);
}

static int connect_to(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || connect(s, (struct sockaddr *)&address, sizeof address) != 0)
		stop_at("no connection");
	(void)setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return s;
}

/* Reads one answer into the buffer and returns its bytes. */
static size_t read_answer(int s, char *buffer, int status, bool *refused)
{
	size_t have = 0, whole = 0;

	while (whole == 0 || have < whole) {
		ssize_t n = read(s, buffer + have, ANSWER_MAX - 1 - have);
		if (n <= 0)
			stop_at("the connection ended");
		have += (size_t)n;
		buffer[have] = '\0';
		char *end = whole == 0 ? strstr(buffer, "\r\n\r\n") : NULL;
		if (end == NULL)
			continue;
		const char *length = strcasestr(buffer, "\r\nContent-Length:");
		long got = strtol(buffer + 9, NULL, 10);
		*refused = got == 503;
		if (got != status && !*refused)
			stop_at(buffer);
		whole = (size_t)(end + 4 - buffer);
		if (got != 304 && length == NULL)
			stop_at("no Content-Length");
		if (got != 304)
			whole += strtoul(length + 17, NULL, 10);
	}
	return whole;
}

static void *connection(void *argument)
{
	struct run *run = argument;
	char *buffer = malloc(ANSWER_MAX);
	int s = connect_to(run->port);

	while (buffer != NULL && bench_now() < run->until) {
		const char *request = run->requests[atomic_fetch_add(&run->next, 1) % run->n];
		double begun = bench_now();
		size_t n = strlen(request);
		if (write(s, request, n) != (ssize_t)n)
			stop_at("the connection ended");
		bool refused;
		size_t bytes = read_answer(s, buffer, run->status, &refused);
		if (refused) {
			atomic_fetch_add(&run->refused, 1);
			(void)close(s);
			s = connect_to(run->port);
			continue;
		}
		atomic_fetch_add(&run->bytes, bytes);
		size_t i = atomic_fetch_add(&run->done, 1);
		run->times[i % TIMES_MAX] = (float)(bench_now() - begun);
	}
	(void)close(s);
	free(buffer);
	return NULL;
}

/* Heads end with an empty line, as HTTP wants; the file has plain line ends. */
static void read_requests(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[4096], head[8192] = "";
	size_t n = 0;

	if (file == NULL)
		stop_at("no file of requests");
	while (fgets(line, sizeof line, file) != NULL) {
		if (strcmp(line, "%%\n") != 0) {
			line[strcspn(line, "\n")] = '\0';
			n += (size_t)snprintf(head + n, sizeof head - n, "%s\r\n", line);
			if (n >= sizeof head)
				stop_at("a head is too long");
			continue;
		}
		(void)snprintf(head + n, sizeof head - n, "\r\n");
		if (run->n == REQUESTS_MAX || (run->requests[run->n++] = strdup(head)) == NULL)
			stop_at("too many requests");
		n = 0;
	}
	(void)fclose(file);
	if (run->n == 0)
		stop_at("no request");
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

int main(int n, char **words)
{
	static struct run run;
	pthread_t threads[CONNECTIONS_MAX];

	if (n != 6)
		stop_at("usage: see bench/pages.c");
	size_t connections = strtoul(words[2], NULL, 10);
	double seconds = strtod(words[3], NULL), begun = bench_now();
	run.port = atoi(words[1]);
	run.status = atoi(words[4]);
	run.times = malloc(TIMES_MAX * sizeof *run.times);
	read_requests(&run, words[5]);
	if (run.times == NULL || connections > CONNECTIONS_MAX)
		stop_at("too many connections");
	run.until = begun + seconds;
	for (size_t i = 0; i < connections; i++)
		if (pthread_create(&threads[i], NULL, connection, &run) != 0)
			stop_at("no thread");
	for (size_t i = 0; i < connections; i++)
		(void)pthread_join(threads[i], NULL);
	seconds = bench_now() - begun;
	size_t kept = run.done < TIMES_MAX ? run.done : TIMES_MAX;
	qsort(run.times, kept, sizeof *run.times, by_size);
	(void)printf("{\"requests\": %zu, \"seconds\": %.3f, \"bytes\": %zu, \"median\": %.6f, "
		     "\"p99\": %.6f, \"refused\": %zu}\n",
		(size_t)run.done, seconds, (size_t)run.bytes, (double)run.times[kept / 2],
		(double)run.times[kept * 99 / 100], (size_t)run.refused);
	return 0;
}

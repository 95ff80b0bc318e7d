/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A server that tries on request what nothing of ours does: reading and writing where it is told, running a program, calling out.
 * Built for tests only. Prints its port, serves until its standard input ends.
 *
 *	sandbox_testserver FOLDER held|connects|free
 */
#include "kernel/http/http.h"
#include "kernel/sandbox/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t test_now(void *clock)
{
	(void)clock;
	return lx_monotonic();
}

static enum lx_code tell(struct lx_reply *reply, bool done)
{
	reply->media = "text/plain; charset=utf-8";
	lx_buf_str(&reply->body, done ? "done" : strerrorname_np(errno));
	return LX_OK;
}

static enum lx_code open_it(struct lx_request *request, struct lx_reply *reply, int flags)
{
	const struct lx_text *path = lx_query_param(request, "path", 0);
	const char *name = path == NULL ? ""
					: lx_arena_copy(request->call->arena, path->at, path->len);
	int fd = open(name, flags | O_CLOEXEC, 0600);
	char byte;

	bool done = fd >= 0 &&
		    ((flags & O_WRONLY) != 0 ? write(fd, "x", 1) : read(fd, &byte, 1)) >= 0;
	LX_TRY(tell(reply, done));
	if (fd >= 0)
		(void)close(fd);
	return LX_OK;
}

static enum lx_code read_it(struct lx_request *request, struct lx_reply *reply)
{
	return open_it(request, reply, O_RDONLY);
}

static enum lx_code write_it(struct lx_request *request, struct lx_reply *reply)
{
	return open_it(request, reply, O_WRONLY | O_CREAT);
}

/* Where no child can be made, it tries to become the program itself. */
static enum lx_code run_it(struct lx_request *request, struct lx_reply *reply)
{
	char name[] = "/bin/true";
	char *const words[] = { name, NULL };
	int how = 0;

	(void)request;
	pid_t child = fork();
	if (child > 0)
		return tell(reply, waitpid(child, &how, 0) == child && how == 0);
	(void)execv(words[0], words);
	int why = errno;
	if (child == 0)
		_exit(1);
	errno = why;
	return tell(reply, false);
}

static enum lx_code make_code(struct lx_request *request, struct lx_reply *reply)
{
	void *at = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)request;
	return tell(reply, at != MAP_FAILED);
}

static enum lx_code connect_it(struct lx_request *request, struct lx_reply *reply)
{
	const struct lx_text *port = lx_query_param(request, "port", 0);
	struct sockaddr_in there = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int64_t number = 0;

	if (port != NULL)
		(void)lx_text_int(*port, &number);
	there.sin_port = htons((uint16_t)number);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	LX_TRY(tell(reply, connect(fd, (struct sockaddr *)&there, sizeof there) == 0));
	(void)close(fd);
	return LX_OK;
}

static enum lx_code resolve_it(struct lx_request *request, struct lx_reply *reply)
{
	struct addrinfo *found = NULL;
	int why = getaddrinfo("localhost", "80", NULL, &found);

	(void)request;
	if (found != NULL)
		freeaddrinfo(found);
	reply->media = "text/plain; charset=utf-8";
	lx_buf_str(&reply->body, why == 0 ? "done" : gai_strerror(why));
	return LX_OK;
}

static const struct lx_route routes[] = {
	{ "GET", "/read", LX_ANYONE, read_it },
	{ "GET", "/write", LX_ANYONE, write_it },
	{ "GET", "/run", LX_ANYONE, run_it },
	{ "GET", "/code", LX_ANYONE, make_code },
	{ "GET", "/connect", LX_ANYONE, connect_it },
	{ "GET", "/resolve", LX_ANYONE, resolve_it },
	{ NULL, NULL, 0, NULL },
};

int main(int argc, char **argv)
{
	LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = (size_t)1 << 20 };
	struct lx_call call = { .arena = &arena };
	struct lx_http_setting setting = {
		.address = "127.0.0.1", .memory = (size_t)4 << 20, .routes = routes, .now = test_now
	};
	const struct lx_sandbox_path paths[] = { { argc < 3 ? "/" : argv[1], LX_SANDBOX_CHANGE },
		{ NULL, 0 } };
	struct lx_sandbox wanted = { .paths = paths };
	struct lx_sandbox_held held = { 0 };
	struct lx_http *http;
	char byte;

	if (argc < 3)
		return 2;
	wanted.connects = strcmp(argv[2], "connects") == 0;
	if ((strcmp(argv[2], "free") != 0 && lx_sandbox_enter(&call, &wanted, &held) != LX_OK) ||
		lx_http_start(&call, &setting, &http) != LX_OK) {
		(void)fprintf(stderr, "%s: %s\n", call.fault.msgid, call.fault.detail);
		return 1;
	}
	(void)printf("%u %d %d\n", lx_http_port(http), held.landlock, held.calls);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	lx_http_stop(&http);
	return 0;
}

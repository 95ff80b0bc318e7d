/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The only file that includes the HTTP library (libmicrohttpd, a thread per connection, blocking
 * handlers). It turns the library's callbacks into an exchange and an exchange into the library's answer.
 *
 * The library's strings stay where they are until the request is over, so heads are borrowed, not copied.
 */
#include "base/memory.h"
#include "kernel/http/inner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLOTS       2048
#define STOP_MS     10000
#define BACKLOG     4096 /* a crowd waits here for a slot; a lost SYN costs a whole second */
#define SLOTS_SPARE 64 /* of the library's own: it counts one as used a little longer than we do */
#define PAUSE_US    50000
#define UPLOADS_BYTES                                                                              \
	((size_t)72 << 20) /* of long bodies in memory at once: three of the longest */
#define FILES_SPARE 256    /* descriptors beside connections: database, pool, log */
#define POOL_BYTES                                                                                 \
	((size_t)64 << 10) /* of the library for a connection: head, its table, answer's head */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_BYTES ((size_t)1 << 20)
#else
#define STACK_BYTES ((size_t)128 << 10)
#endif

static void exchange_free(struct lx_exchange *exchange)
{
	(void)atomic_fetch_sub(&exchange->http->uploading, exchange->uploading);
	if (exchange->request != NULL)
		lx_json_free(&exchange->request->json);
	lx_buf_close(&exchange->body);
	lx_buf_close(&exchange->reply.body);
	lx_arena_close(&exchange->arena);
	lx_memory_free(exchange);
}

/* The first callback of a request: the target as it came, before the library cuts it up. */
static void *on_target(void *with, const char *target, struct MHD_Connection *connection)
{
	struct lx_http *http = with;
	struct lx_exchange *exchange = lx_memory_new(sizeof *exchange);

	(void)connection;
	if (exchange == NULL)
		return NULL;
	exchange->http = http;
	exchange->arena.limit = http->setting.memory;
	exchange->call.arena = &exchange->arena;
	exchange->began = lx_monotonic();
	size_t n = strlen(target);
	exchange->head.target.at = lx_arena_copy(&exchange->arena, target, n);
	exchange->head.target.len = exchange->head.target.at == NULL ? 0 : n;
	return exchange;
}

/* Paths and queries are decoded by us, with errors. */
static size_t leave_escaped(void *with, struct MHD_Connection *connection, char *text)
{
	(void)with;
	(void)connection;
	return strlen(text);
}

static enum MHD_Result add_field(void *with, enum MHD_ValueKind kind, const char *name,
	size_t name_n, const char *value, size_t value_n)
{
	struct lx_head *head = with;

	(void)kind;
	if (head->fields_n == LX_HEAD_FIELDS_MAX) {
		head->crowded = true;
		return MHD_NO;
	}
	struct lx_head_field *field = &head->fields[head->fields_n++];
	field->name = (struct lx_text){ name, name_n };
	field->value = value == NULL ? LX_TEXT_OF("")
				     : lx_text_trim((struct lx_text){ value, value_n });
	return MHD_YES;
}

static void read_peer(struct lx_exchange *exchange, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *peer = info == NULL ? NULL : info->client_addr;
	unsigned char *bytes = exchange->peer.bytes;

	if (peer != NULL && peer->sa_family == AF_INET) {
		bytes[10] = bytes[11] = 0xff;
		memcpy(bytes + 12, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
	} else if (peer != NULL && peer->sa_family == AF_INET6) {
		memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, 16);
	}
}

static void read_head(struct lx_exchange *exchange, struct MHD_Connection *connection,
	const char *method, const char *version)
{
	struct lx_head *head = &exchange->head;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	exchange->slot = info == NULL ? NULL : info->socket_context;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	head->bytes = info == NULL ? 0 : info->header_size;
	head->method = lx_text(method);
	head->version = lx_text(version);
	(void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, add_field, head);
	read_peer(exchange, connection);
}

static struct MHD_Response *make_response(struct lx_exchange *exchange)
{
	struct lx_reply *reply = &exchange->reply;
	struct lx_text body = lx_buf_view(&reply->body);
	bool empty = reply->status == 304 || reply->status == 204;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		empty ? 0 : body.len, (void *)(uintptr_t)body.at, MHD_RESPMEM_PERSISTENT);

	if (response == NULL)
		return NULL;
	bool good = true;
	for (size_t i = 0; i < reply->headers_n; i++)
		good = good && MHD_add_response_header(response, reply->headers[i].name,
				       reply->headers[i].value) == MHD_YES;
	if (reply->media != NULL && !empty)
		good = good &&
		       MHD_add_response_header(response, "Content-Type", reply->media) == MHD_YES;
	if (exchange->refused != 0)
		good = good && MHD_add_response_header(response, "Connection", "close") == MHD_YES;
	if (good)
		return response;
	MHD_destroy_response(response);
	return NULL;
}

static enum MHD_Result send_answer(struct lx_exchange *exchange, struct MHD_Connection *connection)
{
	struct lx_reaper *reaper = exchange->http->reaper;

	lx_reaper_stage(reaper, exchange->slot, LX_WORK, 0);
	lx_dispatch(exchange);
	struct MHD_Response *response = make_response(exchange);
	if (response == NULL)
		return MHD_NO;
	lx_reaper_stage(reaper, exchange->slot, LX_ANSWER, exchange->reply.body.len);
	enum MHD_Result sent = MHD_queue_response(connection, exchange->reply.status, response);
	MHD_destroy_response(response);
	lx_tell_answer(exchange);
	return sent;
}

/* Long bodies share one room: what does not fit in it any more is refused for now. */
static bool has_room(struct lx_exchange *exchange, size_t n)
{
	atomic_size_t *uploading = &exchange->http->uploading;

	if (exchange->body_most <= LX_BODY_MAX || exchange->crowded)
		return !exchange->crowded;
	exchange->uploading += n;
	exchange->crowded = atomic_fetch_add(uploading, n) + n > UPLOADS_BYTES;
	if (exchange->crowded)
		lx_buf_close(&exchange->body);
	return !exchange->crowded;
}

/* Keeps what fits; what is too long is read to its end within bounds, so that the refusal arrives. */
static enum MHD_Result take_body(struct lx_exchange *exchange, const char *bytes, size_t *n)
{
	exchange->body_seen += *n;
	if (exchange->body_seen <= exchange->body_most && has_room(exchange, *n))
		lx_buf_put(&exchange->body, bytes, *n);
	*n = 0;
	if (lx_buf_failed(&exchange->body))
		return MHD_NO;
	return exchange->body_seen > exchange->body_most + LX_BODY_DRAIN_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *with, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *upload, size_t *upload_n, void **state)
{
	struct lx_exchange *exchange = *state;
	int64_t length;

	(void)with;
	(void)path;
	if (exchange == NULL)
		return MHD_NO;
	if (exchange->begun && *upload_n > 0)
		return take_body(exchange, upload, upload_n);
	if (exchange->begun)
		return send_answer(exchange, connection);
	exchange->begun = true;
	read_head(exchange, connection, method, version);
	exchange->refused = lx_guard(&exchange->head, &exchange->call.fault);
	if (exchange->refused == 0 && !lx_head_whole(&exchange->head)) {
		exchange->refused = 400;
		lx_fault_set(&exchange->call.fault, LX_INVALID, NULL, "http.head_bytes", NULL);
	}
	if (exchange->refused != 0)
		return send_answer(exchange, connection);
	bool body = lx_head_body(&exchange->head, &length);
	exchange->body_most = lx_head_parts(&exchange->head) ? LX_UPLOAD_MAX : LX_BODY_MAX;
	lx_reaper_stage(exchange->http->reaper, exchange->slot, body ? LX_BODY : LX_WORK,
		length > (int64_t)LX_BODY_MAX ? (size_t)length : 0);
	return MHD_YES;
}

static void on_completed(void *with, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode how)
{
	struct lx_http *http = with;
	struct lx_exchange *exchange = *state;

	(void)connection;
	(void)how;
	if (exchange == NULL)
		return;
	*state = NULL;
	lx_reaper_stage(http->reaper, exchange->slot, LX_WAITING, 0);
	exchange_free(exchange);
}

static void on_connection(void *with, struct MHD_Connection *connection, void **socket_state,
	enum MHD_ConnectionNotificationCode what)
{
	struct lx_http *http = with;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		lx_reaper_close(http->reaper, *socket_state);
		*socket_state = NULL;
		return;
	}
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	*socket_state = info == NULL ? NULL : lx_reaper_open(http->reaper, info->connect_fd);
}

static enum lx_code fail_start(struct lx_call *call, const char *what)
{
	return lx_fail(call, LX_CONFLICT, NULL, "http.start", "%s: %s", what, strerror(errno));
}

static enum lx_code bind_one(struct lx_call *call, const struct addrinfo *address, int *listener)
{
	int one = 1, zero = 0;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail_start(call, "socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (address->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
	if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		enum lx_code code = fail_start(call, "bind");
		(void)close(fd);
		return code;
	}
	*listener = fd;
	return LX_OK;
}

static enum lx_code listen_at(struct lx_call *call, struct lx_http *http)
{
	const struct addrinfo wanted = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_storage room;
	} bound = { 0 };
	socklen_t n = sizeof bound;
	char port[12];

	(void)snprintf(port, sizeof port, "%u", http->setting.port);
	if (getaddrinfo(http->setting.address, port, &wanted, &found) != 0)
		return lx_fail(call, LX_INVALID, NULL, "http.address", "%s", http->setting.address);
	enum lx_code code = bind_one(call, found, &http->listener);
	freeaddrinfo(found);
	LX_TRY(code);
	if (getsockname(http->listener, &bound.any, &n) != 0)
		return fail_start(call, "getsockname");
	http->port = ntohs(bound.four.sin_port); /* stands at the same place in both families */
	return LX_OK;
}

/* Room for as many descriptors as there are slots; fewer slots where the system does not give it. */
static void raise_files(struct lx_http *http)
{
	rlim_t wanted = http->setting.slots + FILES_SPARE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < wanted && limit.rlim_cur > 2 * FILES_SPARE)
		http->setting.slots = (unsigned)(limit.rlim_cur - FILES_SPARE);
}

/* The library closes what comes when its slots are full; here newcomers wait in the system's queue until the
 * reaper has made room, which is the whole point of having one. */
static void *accept_all(void *with)
{
	struct lx_http *http = with;
	struct sockaddr_storage peer;

	while (lx_reaper_reserve(http->reaper)) {
		socklen_t n = sizeof peer;
		int fd = accept4(
			http->listener, (struct sockaddr *)&peer, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0 && MHD_add_connection(http->daemon, fd, (struct sockaddr *)&peer, n) ==
				       MHD_YES)
			continue;
		bool pause = fd < 0 && errno != ECONNABORTED && errno != EINTR;
		lx_reaper_unreserve(http->reaper);
		if (pause) /* no descriptors, no memory: others must end first; EINVAL: we stop */
			(void)usleep(PAUSE_US);
	}
	return NULL;
}

static enum lx_code start_library(struct lx_call *call, struct lx_http *http)
{
	http->daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
						MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
						MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET,
		0, NULL, NULL, on_request, http, MHD_OPTION_CONNECTION_LIMIT,
		http->setting.slots + SLOTS_SPARE, MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 0,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, http, MHD_OPTION_UNESCAPE_CALLBACK,
		leave_escaped, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
	if (http->daemon == NULL)
		return fail_start(call, "start");
	http->accepting = pthread_create(&http->acceptor, NULL, accept_all, http) == 0;
	return http->accepting ? LX_OK : fail_start(call, "thread");
}

static void settle(struct lx_http *http)
{
	struct lx_http_setting *setting = &http->setting;
	struct lx_deadlines *deadlines = &setting->deadlines;

	setting->slots = setting->slots == 0 ? SLOTS : setting->slots;
	setting->build = setting->build == NULL ? LX_VERSION : setting->build;
	deadlines->first_byte = deadlines->first_byte == 0 ? 2000 : deadlines->first_byte;
	deadlines->head = deadlines->head == 0 ? 10000 : deadlines->head;
	deadlines->body = deadlines->body == 0 ? 30000 : deadlines->body;
	deadlines->answer = deadlines->answer == 0 ? 30000 : deadlines->answer;
	raise_files(http);
}

static enum lx_code start_all(struct lx_call *call, struct lx_http *http)
{
	if (sodium_init() < 0)
		return lx_fail(call, LX_BROKEN, NULL, "base.broken", NULL);
	http->limits = lx_memory_new(sizeof *http->limits);
	if (http->limits == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)pthread_mutex_init(&http->limits->lock, NULL);
	randombytes_buf(&http->limits->salt, sizeof http->limits->salt);
	LX_TRY(lx_metrics_make(call, http->setting.routes, &http->metrics));
	LX_TRY(lx_networks_read(call, http->setting.proxies, &http->networks));
	LX_TRY(listen_at(call, http));
	LX_TRY(lx_reaper_start(call, http->setting.slots, &http->setting.deadlines, &http->reaper));
	return start_library(call, http);
}

enum lx_code lx_http_start(
	struct lx_call *call, const struct lx_http_setting *setting, struct lx_http **http)
{
	struct lx_http *made = lx_memory_new(sizeof *made);

	if (made == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	made->setting = *setting;
	made->listener = -1;
	settle(made);
	enum lx_code code = start_all(call, made);
	if (code != LX_OK) {
		lx_http_stop(&made);
		return code;
	}
	*http = made;
	return LX_OK;
}

unsigned lx_http_port(const struct lx_http *http)
{
	return http->port;
}

void lx_http_stop(struct lx_http **http)
{
	struct lx_http *gone = *http;

	if (gone == NULL)
		return;
	if (gone->accepting) {
		lx_reaper_refuse(gone->reaper);
		(void)shutdown(gone->listener, SHUT_RDWR);
		(void)pthread_join(gone->acceptor, NULL);
		lx_reaper_drain(gone->reaper, STOP_MS);
	}
	if (gone->daemon != NULL)
		MHD_stop_daemon(gone->daemon);
	if (gone->listener >= 0)
		(void)close(gone->listener);
	lx_reaper_stop(&gone->reaper);
	if (gone->limits != NULL)
		(void)pthread_mutex_destroy(&gone->limits->lock);
	lx_memory_free(gone->limits);
	lx_memory_free(gone->metrics);
	lx_memory_free(gone);
	*http = NULL;
}

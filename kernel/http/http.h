/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The door: bytes become a checked request, a table of routes finds its handler, what the handler
 * leaves becomes bytes again. One file includes the HTTP library (server.c). Nothing here knows institutions.
 *
 * A handler runs blocking on a thread of its own, with the arena of its call. Whatever code it returns
 * becomes a status and a problem (RFC 9457, or a page through `problem_page`).
 */
#ifndef LX_KERNEL_HTTP_HTTP_H
#define LX_KERNEL_HTTP_HTTP_H

#include "base/call.h"
#include "base/json.h"
#include "base/message.h"

#define LX_PARAMS_MAX   256
#define LX_CAPTURES_MAX 6
#define LX_HEADERS_MAX  24
#define LX_BODY_MAX     ((size_t)1 << 20)
#define LX_UPLOAD_MAX   ((size_t)24 << 20) /* a body with files (multipart/form-data) */
#define LX_FILES_MAX    16                 /* in one body */
#define LX_KEY_MAX      200

enum lx_media { LX_HTML = 1, LX_JSON, LX_CSV, LX_ATOM, LX_PLAIN };
/* LX_AS_IT_IS: for anyone, one representation, whatever Accept says; a body is left as it came. */
enum lx_access { LX_ANYONE = 1, LX_SIGNED_IN, LX_AS_IT_IS };

/* name=value from the query or the form; percent-decoded, valid UTF-8 without NUL. */
struct lx_param {
	struct lx_text name, value;
};

/* A file of a form: its field's name, decoded as other names are, and its bytes, borrowed from the body. What the sender calls
 * it and says that it is are not kept: nobody may believe them. */
struct lx_sent_file {
	struct lx_text name, bytes;
};

/* Who is signed in: filled from the session cookie or a bearer token by the `session` hook. */
struct lx_visitor {
	int64_t person;  /* 0: nobody */
	int64_t account; /* 0: nobody */
	char name[64];   /* how the account is called, for the frame */
	char csrf[45];   /* what every form of this session carries */
	bool by_token;   /* signed in by bearer token: needs no CSRF */
	char code[32];   /* what somebody without an account shows instead; set by handlers */
};

struct lx_http;
struct lx_request;
struct lx_reply;
typedef enum lx_code lx_handler(struct lx_request *request, struct lx_reply *reply);

/* Renders a problem for a browser: request->call->fault says why. */
typedef enum lx_code lx_problem_page(
	struct lx_request *request, unsigned status, struct lx_reply *reply);

struct lx_request {
	struct lx_call *call;
	void *app; /* as given to lx_http_start */
	int64_t now;
	const char *method; /* GET HEAD POST … */
	struct lx_text path;
	struct lx_text captures[LX_CAPTURES_MAX]; /* of the route's :names, in order */
	size_t captures_n;
	struct lx_param query[LX_PARAMS_MAX];
	size_t query_n;
	struct lx_param form[LX_PARAMS_MAX]; /* x-www-form-urlencoded or multipart/form-data */
	size_t form_n;
	struct lx_sent_file files[LX_FILES_MAX]; /* of multipart/form-data */
	size_t files_n;
	json_t *json; /* body of application/json, or NULL; freed with the request */
	struct lx_text body;
	enum lx_media media; /* what the reader asks for: by /api/v1 or suffix first, then Accept */
	enum lx_lang lang;   /* ?lang=, then cookie, then Accept-Language */
	bool large;          /* ?size=large or its cookie */
	char theme[8];       /* "", "light", "dark" */
	struct lx_text if_none_match, if_match, cookie, authorization, host;
	struct lx_text idempotency_key; /* without quotes, at most LX_KEY_MAX bytes */
	char address[48];               /* the client's, believed through --proxy networks only */
	bool loopback; /* the peer itself is on this machine and nothing was forwarded */
	bool https;    /* a believed proxy says that the reader came by https */
	struct lx_visitor visitor;
	const struct lx_head *head; /* for lx_request_header */
	const struct lx_http *door; /* for lx_request_metrics */
	const char *build;
	lx_problem_page *problem_page;
};

/* `body` is sent as it is; status 0 means 200. Header names are constant, values copied into the call's
 * arena. A handler that fails may have set a status of 400 or more (lx_reply_refuse): it is used instead of its code's. */
struct lx_reply {
	unsigned status;
	const char *media; /* whole Content-Type */
	struct lx_buf body;
	struct {
		const char *name;
		const char *value;
	} headers[LX_HEADERS_MAX];
	size_t headers_n;
};

/* `pattern`: "/needs/:n/:act"; of those that have the method the most literal wins. /api/v1/needs and
 * /needs.json come to the handler of /needs, unless a pattern names them whole. A last segment "*" takes the rest of the path. */
struct lx_route {
	const char *method;
	const char *pattern;
	enum lx_access access;
	lx_handler *handle;
};

/* A token bucket: `burst` requests at once, then `per_minute`. Zero: no limit. Changing requests count five. */
struct lx_rate {
	unsigned per_minute, burst;
};

/* Total times in ms for the first byte, head, body, answer; 0: 2,000, 10,000, 30,000, 30,000 and 1 s
 * more for every 32 KiB of the answer. */
struct lx_deadlines {
	unsigned first_byte, head, body, answer;
};

struct lx_http_setting {
	const char *address; /* "127.0.0.1", "::" */
	unsigned port;       /* 0: any free one; lx_http_port tells */
	const char *
		proxies; /* networks whose X-Forwarded-For is believed, separated by blanks; may be NULL */
	unsigned slots; /* connections; 0: 2048 */
	size_t memory;  /* ceiling of a request's arena, bytes */
	struct lx_deadlines deadlines;
	struct lx_rate address_rate; /* loose: whole towns share one address */
	struct lx_rate account_rate;
	const char *
		build; /* part of every tag: what else but its sequence changes a page; NULL: the version */
	const struct lx_route *routes; /* ends with a zero row */
	void *app;
	int64_t (*now)(void *clock);
	void *clock;
	/* Fills request->visitor; called for every request before access is tested; LX_FORBIDDEN
	 * becomes 401. May be NULL. */
	enum lx_code (*session)(struct lx_request *request);
	lx_problem_page *problem_page; /* may be NULL: then browsers get JSON as well */
	/* One line of the log, JSON without personal data. May be NULL. */
	void (*log)(void *with, struct lx_text line);
	void *log_with;
};

/* Starts serving; the settings are copied, what they point to is borrowed. */
LX_CHECK enum lx_code lx_http_start(
	struct lx_call *call, const struct lx_http_setting *setting, struct lx_http **http);
unsigned lx_http_port(const struct lx_http *http);

/* Lets running requests finish (at most 10 s) and stops. NULL is allowed. */
void lx_http_stop(struct lx_http **http);

/* Milliseconds of a clock that never jumps. */
int64_t lx_monotonic(void);

/* A header field of the request by its name in any case, empty when there is none (printable, UTF-8). */
struct lx_text lx_request_header(const struct lx_request *request, const char *name);

/* Writes what the door that took the request has counted, in Prometheus' text format; nothing of it is about anybody. */
void lx_request_metrics(const struct lx_request *request, struct lx_buf *out);

/* The value of a parameter, or NULL; `i` for the i-th of the same name. */
const struct lx_text *lx_query_param(const struct lx_request *request, const char *name, size_t i);
const struct lx_text *lx_form_param(const struct lx_request *request, const char *name, size_t i);

/* The value of a cookie, empty when there is none. */
struct lx_text lx_cookie(const struct lx_request *request, const char *name);

/* Adds a header; the value is formatted into the call's arena. A line break in it is LX_INVALID. */
LX_CHECK enum lx_code lx_reply_header(struct lx_request *request, struct lx_reply *reply,
	const char *name, const char *format, ...) LX_PRINTF(4, 5);

/* 303 to a local path. */
LX_CHECK enum lx_code lx_reply_redirect(struct lx_request *request, struct lx_reply *reply,
	const char *format, ...) LX_PRINTF(3, 4);

/* Sets ETag from `sequence` and the variant (build, language, media, theme, size); true when the reader
 * has it already: the reply is then a finished 304. Who is signed in or shows a code gets no tag and `private, no-store`. */
bool lx_reply_fresh(struct lx_request *request, struct lx_reply *reply, int64_t sequence);

/* The same for a page of one record: `last` is the record's last entry, which If-Match is about; `seen` the last one that touched
 * anything the page shows. */
bool lx_reply_fresh_record(
	struct lx_request *request, struct lx_reply *reply, int64_t last, int64_t seen);

/* The sequences that begin the strong tags of If-Match, at most `most`: an act may only be entered on one of them. None though
 * the field is there: -1, which no record has. "*" and no field: none. */
size_t lx_request_matches(const struct lx_request *request, int64_t *sequences, size_t most);

/* Refuses with a status of the door's own (406, 410, 428 …): records the fault and returns LX_INVALID.
 * `field` may be NULL. */
LX_CHECK enum lx_code lx_reply_refuse(struct lx_request *request, struct lx_reply *reply,
	unsigned status, const char *field, const char *msgid);

/* If-Match against the sequence that last touched the record: 412 when another has, 428 when the field is
 * absent and `needed`. The reader's variant does not matter, so tags of any page of the record pass. */
LX_CHECK enum lx_code lx_request_match(
	struct lx_request *request, struct lx_reply *reply, int64_t sequence, bool needed);

/* Sets Retry-After for the problem that follows. */
void lx_reply_retry(struct lx_request *request, struct lx_reply *reply, unsigned seconds);

/* The HTTP status of a code. */
unsigned lx_http_status(enum lx_code code);

#endif

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Plain GETs and POSTs by libcurl: http and https only, no redirects, no cookies, a ceiling for bytes and seconds. The library and the
 * twenty that it brings are loaded when the first address is opened: linked, they would cost every command 10 ms.
 */
#include "cli/fetch.h"

#include "base/memory.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_MOST 60L
#define CONNECT_MOST 10L
#define ADDRESS_MOST 2048
#define TRIES        3

/* What is used of the library; `whole` once all of it has been found. */
static struct {
	bool whole;
	CURL *(*init)(void);
	void (*cleanup)(CURL *);
	CURLcode (*set)(CURL *, CURLoption, ...);
	CURLcode (*perform)(CURL *);
	CURLcode (*get)(CURL *, CURLINFO, ...);
	const char *(*error)(CURLcode);
	struct curl_slist *(*append)(struct curl_slist *, const char *);
	void (*free_all)(struct curl_slist *);
} curl;

static pthread_once_t loading = PTHREAD_ONCE_INIT;

/* POSIX gives functions as void *, which ISO C cannot turn into one: its bytes are copied. */
static bool found(void *library, const char *name, void *into)
{
	void *symbol = dlsym(library, name);

	memcpy(into, &symbol, sizeof symbol);
	return symbol != NULL;
}

static void load(void)
{
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	curl.whole = library != NULL && found(library, "curl_easy_init", &curl.init) &&
		     found(library, "curl_easy_cleanup", &curl.cleanup) &&
		     found(library, "curl_easy_setopt", &curl.set) &&
		     found(library, "curl_easy_perform", &curl.perform) &&
		     found(library, "curl_easy_getinfo", &curl.get) &&
		     found(library, "curl_easy_strerror", &curl.error) &&
		     found(library, "curl_slist_append", &curl.append) &&
		     found(library, "curl_slist_free_all", &curl.free_all);
}

void lx_fetch_prepare(void)
{
	(void)pthread_once(&loading, load);
}

struct lx_fetch {
	CURL *curl;
	char base[ADDRESS_MOST];
	struct lx_buf body;
	size_t most;
};

/* Bytes beyond the ceiling end the transfer. */
static size_t take(char *bytes, size_t size, size_t n, void *with)
{
	struct lx_fetch *fetch = with;

	if (size * n > fetch->most - fetch->body.len)
		return 0;
	lx_buf_text(&fetch->body, (struct lx_text){ bytes, size * n });
	return size * n;
}

static bool fits(const char *base)
{
	struct lx_text text = lx_text(base);

	if (!lx_text_starts(text, "http://") && !lx_text_starts(text, "https://"))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] <= ' ' || strchr("?#\\\"<>", text.at[i]) != NULL)
			return false;
	return text.len < ADDRESS_MOST / 2;
}

enum lx_code lx_fetch_open(struct lx_call *call, const char *base, struct lx_fetch **fetch)
{
	if (!fits(base))
		return lx_fail(call, LX_INVALID, base, "fetch.address", NULL);
	(void)pthread_once(&loading, load);
	if (!curl.whole)
		return lx_fail(call, LX_BROKEN, NULL, "fetch.library", NULL);
	struct lx_fetch *made = lx_alloc(call, sizeof *made);
	if (made == NULL)
		return LX_BROKEN;
	*made = (struct lx_fetch){ .curl = curl.init() };
	if (made->curl == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)snprintf(made->base, sizeof made->base, "%s", base);
	size_t n = strlen(made->base);
	while (n > 0 && made->base[n - 1] == '/')
		made->base[--n] = '\0';
	(void)curl.set(made->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl.set(made->curl, CURLOPT_TIMEOUT, SECONDS_MOST);
	(void)curl.set(made->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_MOST);
	(void)curl.set(made->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl.set(made->curl, CURLOPT_USERAGENT, "lianxi/" LX_VERSION);
	(void)curl.set(made->curl, CURLOPT_WRITEFUNCTION, take);
	(void)curl.set(made->curl, CURLOPT_WRITEDATA, made);
	*fetch = made;
	return LX_OK;
}

void lx_fetch_close(struct lx_fetch **fetch)
{
	if (*fetch == NULL)
		return;
	curl.cleanup((*fetch)->curl);
	lx_buf_close(&(*fetch)->body);
	*fetch = NULL;
}

static enum lx_code perform(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	size_t most, long *status, struct lx_text *body)
{
	char address[ADDRESS_MOST];
	CURLcode code = CURLE_OK;

	if (snprintf(address, sizeof address, "%s%s", fetch->base, path) >= (int)sizeof address)
		return lx_fail(call, LX_INVALID, path, "fetch.address", NULL);
	(void)curl.set(fetch->curl, CURLOPT_URL, address);
	fetch->most = most;
	for (int i = 0; i < TRIES; i++) {
		lx_buf_clear(&fetch->body);
		code = curl.perform(fetch->curl);
		if (code != CURLE_COULDNT_CONNECT && code != CURLE_GOT_NOTHING &&
			code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR)
			break;
	}
	if (code != CURLE_OK)
		return lx_fail(call, LX_BUSY, address, "fetch.failed", "%s", curl.error(code));
	(void)curl.get(fetch->curl, CURLINFO_RESPONSE_CODE, status);
	if (lx_buf_failed(&fetch->body))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	*body = lx_buf_view(&fetch->body);
	return LX_OK;
}

enum lx_code lx_fetch_get(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	size_t most, long *status, struct lx_text *body)
{
	(void)curl.set(fetch->curl, CURLOPT_HTTPGET, 1L);
	return perform(fetch, call, path, most, status, body);
}

enum lx_code lx_fetch_post(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	struct lx_text sent, size_t most, long *status, struct lx_text *body)
{
	struct curl_slist *fields = curl.append(NULL, "Content-Type: text/plain; charset=utf-8");

	if (fields == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)curl.set(fetch->curl, CURLOPT_POST, 1L);
	(void)curl.set(fetch->curl, CURLOPT_POSTFIELDS, sent.at);
	(void)curl.set(fetch->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sent.len);
	(void)curl.set(fetch->curl, CURLOPT_HTTPHEADER, fields);
	enum lx_code code = perform(fetch, call, path, most, status, body);
	(void)curl.set(fetch->curl, CURLOPT_HTTPHEADER, NULL);
	curl.free_all(fields);
	return code;
}

void lx_fetch_hurry(struct lx_fetch *fetch, long seconds)
{
	(void)curl.set(fetch->curl, CURLOPT_TIMEOUT, seconds);
	(void)curl.set(fetch->curl, CURLOPT_CONNECTTIMEOUT, seconds);
}

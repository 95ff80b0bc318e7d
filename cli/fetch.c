/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Plain GETs by libcurl: http and https only, no redirects, no cookies, a ceiling for bytes and seconds. */
#include "cli/fetch.h"

#include "base/memory.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_MOST 60L
#define CONNECT_MOST 10L
#define ADDRESS_MOST 2048
#define TRIES        3

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
	struct lx_fetch *made = lx_alloc(call, sizeof *made);
	if (made == NULL)
		return LX_BROKEN;
	*made = (struct lx_fetch){ .curl = curl_easy_init() };
	if (made->curl == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)snprintf(made->base, sizeof made->base, "%s", base);
	size_t n = strlen(made->base);
	while (n > 0 && made->base[n - 1] == '/')
		made->base[--n] = '\0';
	(void)curl_easy_setopt(made->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(made->curl, CURLOPT_TIMEOUT, SECONDS_MOST);
	(void)curl_easy_setopt(made->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_MOST);
	(void)curl_easy_setopt(made->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(made->curl, CURLOPT_USERAGENT, "lianxi/" LX_VERSION);
	(void)curl_easy_setopt(made->curl, CURLOPT_WRITEFUNCTION, take);
	(void)curl_easy_setopt(made->curl, CURLOPT_WRITEDATA, made);
	*fetch = made;
	return LX_OK;
}

void lx_fetch_close(struct lx_fetch **fetch)
{
	if (*fetch == NULL)
		return;
	curl_easy_cleanup((*fetch)->curl);
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
	(void)curl_easy_setopt(fetch->curl, CURLOPT_URL, address);
	fetch->most = most;
	for (int i = 0; i < TRIES; i++) {
		lx_buf_clear(&fetch->body);
		code = curl_easy_perform(fetch->curl);
		if (code != CURLE_COULDNT_CONNECT && code != CURLE_GOT_NOTHING &&
			code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR)
			break;
	}
	if (code != CURLE_OK)
		return lx_fail(
			call, LX_BUSY, address, "fetch.failed", "%s", curl_easy_strerror(code));
	(void)curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, status);
	if (lx_buf_failed(&fetch->body))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	*body = lx_buf_view(&fetch->body);
	return LX_OK;
}

enum lx_code lx_fetch_get(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	size_t most, long *status, struct lx_text *body)
{
	(void)curl_easy_setopt(fetch->curl, CURLOPT_HTTPGET, 1L);
	return perform(fetch, call, path, most, status, body);
}

enum lx_code lx_fetch_post(struct lx_fetch *fetch, struct lx_call *call, const char *path,
	struct lx_text sent, size_t most, long *status, struct lx_text *body)
{
	struct curl_slist *fields = curl_slist_append(
		NULL, "Content-Type: text/plain; charset=utf-8");

	if (fields == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_POSTFIELDS, sent.at);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sent.len);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, fields);
	enum lx_code code = perform(fetch, call, path, most, status, body);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(fields);
	return code;
}

void lx_fetch_hurry(struct lx_fetch *fetch, long seconds)
{
	(void)curl_easy_setopt(fetch->curl, CURLOPT_TIMEOUT, seconds);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_CONNECTTIMEOUT, seconds);
}

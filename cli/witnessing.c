/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The submitting side of C2SP tlog-witness. What a witness has seen is kept in memory: after a start it says so itself (409). */
#include "cli/witnessing.h"

#include "base/memory.h"
#include "cli/fetch.h"
#include "kernel/record/whole_file.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define REQUEST_MEMORY ((size_t)8 << 20)
#define ANSWER_MOST    ((size_t)64 << 10)
#define SECONDS        5L
#define TRIES          3 /* the second one knows what the witness has seen */

struct asking {
	struct lx_witnessing *all;
	const struct lx_policy_witness *witness;
	pthread_t thread;
	int64_t seen; /* entries of the checkpoint that it cosigned last */
	bool told;    /* that it does not answer as it should */
};

struct lx_witnessing {
	struct lx_opened *opened;
	void (*log)(void *with, struct lx_text line);
	struct lx_policy policy;
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
	struct asking asking[LX_POLICY_WITNESSES];
	size_t n;
};

static void tell(struct asking *a, const char *what, const struct lx_fault *fault)
{
	LX_CLOSE(lx_buf_close) struct lx_buf line = { 0 };

	if (a->told || a->all->log == NULL)
		return;
	a->told = true;
	lx_buf_printf(&line, "witness %s: %s", a->witness->name, what);
	if (fault != NULL && fault->msgid != NULL) {
		lx_buf_str(&line, ": ");
		lx_say_fault(&line, LX_EN, fault);
	}
	a->all->log(&a->all->opened->clock, lx_buf_view(&line));
}

/* The request for a checkpoint, from what the witness has seen on. */
static enum lx_code write_request(struct asking *a, struct lx_call *call,
	const struct lx_published *published, struct lx_buf *out)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;
	struct lx_proof proof = { .n = 0 };

	if (a->seen > 0 && a->seen < published->size) {
		LX_TRY(lx_store_read(a->all->opened->store, call, &tx));
		LX_TRY(lx_consistency_make(tx, a->seen, published->size, &proof));
	}
	lx_add_checkpoint_write(a->seen, &proof, published->note, out);
	return lx_buf_failed(out) ? lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL) : LX_OK;
}

/* 200: its line is kept with the checkpoint. 409: it says what it has seen; asked again. */
static enum lx_code take_answer(struct asking *a, struct lx_call *call,
	const struct lx_published *published, long status, struct lx_text answer, bool *again)
{
	int64_t seen;

	*again = false;
	if (status == 409 && lx_text_int(lx_text_trim(answer), &seen) && seen >= 0 &&
		seen <= published->size && seen != a->seen) {
		a->seen = seen;
		*again = true;
		return LX_OK;
	}
	if (status == 409)
		tell(a, "has seen more entries than there are", NULL);
	if (status != 200)
		return lx_fail(call, LX_CONFLICT, NULL, "fetch.failed", "%ld", status);
	enum lx_code code = lx_log_cosigned(
		a->all->opened->log, call, published->size, answer, &a->witness->key);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	a->seen = published->size;
	a->told = false;
	return LX_OK;
}

static enum lx_code ask_once(struct asking *a, struct lx_call *call, struct lx_fetch *fetch,
	const struct lx_published *published, bool *again)
{
	LX_CLOSE(lx_buf_close) struct lx_buf request = { 0 };
	struct lx_text answer;
	long status;

	LX_TRY(write_request(a, call, published, &request));
	LX_TRY(lx_fetch_post(fetch, call, "/add-checkpoint", lx_buf_view(&request), ANSWER_MOST,
		&status, &answer));
	return take_answer(a, call, published, status, answer, again);
}

static enum lx_code ask(struct asking *a, struct lx_call *call)
{
	LX_CLOSE(lx_fetch_close) struct lx_fetch *fetch = NULL;
	struct lx_published published;
	bool again = true;

	LX_TRY(lx_log_checkpoint(a->all->opened->log, call, lx_monotonic(), &published));
	if (published.size == a->seen && strstr(published.note.at, a->witness->key.name) != NULL)
		return LX_OK;
	LX_TRY(lx_fetch_open(call, a->witness->url, &fetch));
	lx_fetch_hurry(fetch, SECONDS);
	for (int i = 0; i < TRIES && again; i++)
		LX_TRY(ask_once(a, call, fetch, &published, &again));
	return LX_OK;
}

static void *asking_main(void *argument)
{
	struct asking *a = argument;
	struct lx_witnessing *all = a->all;

	for (;;) {
		LX_CLOSE(lx_arena_close) struct lx_arena arena = { .limit = REQUEST_MEMORY };
		struct lx_call call = { .arena = &arena };
		struct timespec until;
		if (ask(a, &call) != LX_OK)
			tell(a, "did not cosign", &call.fault);
		(void)pthread_mutex_lock(&all->lock);
		(void)timespec_get(&until, TIME_UTC);
		until.tv_sec++;
		if (!all->stopping)
			(void)pthread_cond_timedwait(&all->stop, &all->lock, &until);
		bool stopping = all->stopping;
		(void)pthread_mutex_unlock(&all->lock);
		if (stopping)
			return NULL;
	}
}

static enum lx_code start_asking(struct lx_cli *cli, struct lx_witnessing *all)
{
	for (size_t i = 0; i < all->policy.witnesses_n; i++) {
		struct asking *a = &all->asking[all->n];
		if (all->policy.witnesses[i].url[0] == '\0')
			continue;
		*a = (struct asking){ .all = all, .witness = &all->policy.witnesses[i] };
		if (pthread_create(&a->thread, NULL, asking_main, a) != 0)
			return lx_fail(&cli->call, LX_BROKEN, NULL, "writer.thread", NULL);
		all->n++;
	}
	return LX_OK;
}

enum lx_code lx_witnessing_start(struct lx_cli *cli, struct lx_opened *opened,
	void (*log)(void *with, struct lx_text line), struct lx_witnessing **witnessing)
{
	struct lx_text text;
	enum lx_code code = lx_whole_read(&cli->call, opened->keys, "policy", &text);

	*witnessing = NULL;
	if (code == LX_NOT_FOUND)
		return LX_OK;
	LX_TRY(code);
	struct lx_witnessing *made = lx_memory_new(sizeof *made);
	if (made == NULL)
		return lx_fail(&cli->call, LX_BROKEN, NULL, "base.memory", NULL);
	made->opened = opened;
	made->log = log;
	(void)pthread_mutex_init(&made->lock, NULL);
	(void)pthread_cond_init(&made->stop, NULL);
	*witnessing = made;
	code = lx_policy_read(&cli->call, text, &made->policy);
	if (code == LX_OK)
		code = start_asking(cli, made);
	if (code != LX_OK) {
		lx_cli_in(cli, "keys/policy");
		lx_witnessing_stop(witnessing);
	}
	return code;
}

void lx_witnessing_stop(struct lx_witnessing **witnessing)
{
	struct lx_witnessing *all = *witnessing;

	if (all == NULL)
		return;
	(void)pthread_mutex_lock(&all->lock);
	all->stopping = true;
	(void)pthread_cond_broadcast(&all->stop);
	(void)pthread_mutex_unlock(&all->lock);
	for (size_t i = 0; i < all->n; i++)
		(void)pthread_join(all->asking[i].thread, NULL);
	(void)pthread_mutex_destroy(&all->lock);
	(void)pthread_cond_destroy(&all->stop);
	lx_memory_free(all);
	*witnessing = NULL;
}

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The single writer: durable group commit, the sync itself being the timer. */
#include "kernel/writer/writer.h"

#include "base/memory.h"

#include <pthread.h>

#define SCRUB_MS INT64_C(60000)

enum job_state { JOB_WAITING, JOB_DONE };

/* Lives on the submitter's stack until it is answered. */
struct job {
	struct job *next;
	lx_job_fn *run;
	void *argument;
	struct lx_call *call;
	enum lx_code code;
	enum job_state state;
	pthread_cond_t answered;
};

struct lx_writer {
	struct lx_store *store;
	struct lx_writer_setting setting;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct job *first, **last;
	size_t queued;
	bool woken, stopping;
	int64_t scrubbed;    /* when it was tried last, by the setting's clock; 0: never */
	struct lx_edge edge; /* after the last commit; under the lock */
	struct lx_writer_counts counts; /* under the lock; `waiting` is `queued` */
	struct lx_arena arena;
};

static void forget(struct lx_call *call)
{
	lx_fault_clear(&call->fault);
}

/* Whether the job's failure took the whole transaction with it (a full disk does). */
static bool lost(const struct lx_tx *tx, enum lx_code code)
{
	return (code == LX_BROKEN || code == LX_BUSY) && !lx_store_stands(tx);
}

/* One job under a savepoint of its own; LX_BROKEN when the transaction itself is gone. */
static enum lx_code run_one(struct lx_work *work, struct lx_call *call, lx_job_fn *run,
	void *argument, enum lx_code *outcome)
{
	struct lx_edge before = *work->edge;

	lx_tx_serve(work->tx, call);
	if (lx_store_mark(work->tx) != LX_OK)
		return LX_BROKEN;
	*outcome = run(work, argument);
	if (lost(work->tx, *outcome))
		return LX_BROKEN;
	if (*outcome == LX_OK)
		return lx_store_keep(work->tx);
	*work->edge = before;
	return lx_store_drop(work->tx);
}

/* Takes what has queued up, at most a batch; waits for something. NULL when it is time to stop. `*woken` tells a tick. */
static struct job *take_batch(struct lx_writer *w, bool *woken)
{
	struct job *batch;
	size_t n = 0;

	(void)pthread_mutex_lock(&w->lock);
	while (w->first == NULL && !w->woken && !w->stopping)
		(void)pthread_cond_wait(&w->filled, &w->lock);
	*woken = w->woken || w->first != NULL;
	w->woken = false;
	batch = w->first;
	for (struct job **at = &batch; *at != NULL; at = &(*at)->next)
		if (++n == LX_BATCH_MAX || (*at)->next == NULL) {
			w->first = (*at)->next;
			(*at)->next = NULL;
			break;
		}
	if (w->first == NULL)
		w->last = &w->first;
	w->queued -= n;
	(void)pthread_mutex_unlock(&w->lock);
	return batch;
}

static enum lx_code run_batch(
	struct lx_writer *w, struct job *batch, struct lx_work *work, struct lx_call *own)
{
	enum lx_code due = LX_OK;

	if (w->setting.due != NULL) {
		if (run_one(work, own, w->setting.due, NULL, &due) != LX_OK)
			return LX_BROKEN;
		forget(own);
	}
	for (struct job *job = batch; job != NULL; job = job->next)
		if (run_one(work, job->call, job->run, job->argument, &job->code) != LX_OK)
			return LX_BROKEN;
	lx_tx_serve(work->tx, own);
	return LX_OK;
}

static enum lx_code write_batch(struct lx_writer *w, struct job *batch, struct lx_edge *edge)
{
	struct lx_call own = { .arena = &w->arena };
	struct lx_work work = {
		.edge = edge, .now = w->setting.now(w->setting.clock), .with = w->setting.with
	};

	if (work.now < edge->at)
		work.now = edge->at;
	LX_TRY(lx_store_begin(w->store, &own, &work.tx));
	if (run_batch(w, batch, &work, &own) != LX_OK) {
		lx_store_rollback(&work.tx);
		return LX_BROKEN;
	}
	return lx_store_commit(&work.tx);
}

static void answer(struct lx_writer *w, struct job *batch, enum lx_code written)
{
	(void)pthread_mutex_lock(&w->lock);
	for (struct job *job = batch, *next; job != NULL; job = next) {
		next = job->next;
		if (written != LX_OK) {
			forget(job->call);
			job->code = lx_fail(job->call, LX_BROKEN, NULL, "writer.broken", NULL);
		}
		job->state = JOB_DONE;
		w->counts.jobs++;
		(void)pthread_cond_signal(&job->answered);
	}
	w->counts.batches += written == LX_OK;
	w->counts.failed += written != LX_OK;
	(void)pthread_mutex_unlock(&w->lock);
}

/* Writing the whole database anew takes long while it is large: at most once a minute, however many are erased. A single erasure is
 * nowhere in the files before it is answered, one that follows closely within a minute; what fails (readers that do not end, a full
 * disk) stays due. */
static void scrub(struct lx_writer *w, bool now)
{
	struct lx_call own = { .arena = &w->arena };
	int64_t at = w->setting.now(w->setting.clock);
	bool waited = w->scrubbed == 0 || at - w->scrubbed >= SCRUB_MS || at < w->scrubbed;

	if (!lx_store_scrub_due(w->store) || (!waited && !now))
		return;
	w->scrubbed = at;
	if (lx_store_scrub(w->store, &own) != LX_OK)
		return; /* it is still due */
}

static void *writer_main(void *argument)
{
	struct lx_writer *w = argument;
	bool woken;

	scrub(w, true); /* due since an end that came too early */

	for (;;) {
		struct job *batch = take_batch(w, &woken);
		if (batch == NULL && !woken) {
			scrub(w, true);
			return NULL; /* stopping, and nothing is left */
		}
		struct lx_edge edge = w->edge;
		enum lx_code code = write_batch(w, batch, &edge);
		if (code == LX_OK) {
			(void)pthread_mutex_lock(&w->lock);
			w->edge = edge;
			(void)pthread_mutex_unlock(&w->lock);
		}
		scrub(w, false);
		answer(w, batch, code);
		lx_arena_close(&w->arena);
	}
}

static enum lx_code load_edge(struct lx_store *store, struct lx_call *call, struct lx_edge *edge)
{
	LX_CLOSE(lx_store_release) struct lx_tx *tx = NULL;

	LX_TRY(lx_store_read(store, call, &tx));
	return lx_edge_load(tx, edge);
}

enum lx_code lx_writer_start(struct lx_call *call, struct lx_store *store,
	const struct lx_writer_setting *setting, struct lx_writer **writer)
{
	struct lx_writer *w = lx_memory_new(sizeof *w);

	if (w == NULL)
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	w->store = store;
	w->setting = *setting;
	w->last = &w->first;
	w->arena.limit = setting->memory;
	enum lx_code code = load_edge(store, call, &w->edge);
	if (code != LX_OK) {
		lx_memory_free(w);
		return code;
	}
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->filled, NULL);
	if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
		lx_memory_free(w);
		return lx_fail(call, LX_BROKEN, NULL, "writer.thread", NULL);
	}
	*writer = w;
	return LX_OK;
}

enum lx_code lx_writer_submit(
	struct lx_writer *w, struct lx_call *call, lx_job_fn *run, void *argument)
{
	struct job job = { .run = run, .argument = argument, .call = call };

	(void)pthread_cond_init(&job.answered, NULL);
	(void)pthread_mutex_lock(&w->lock);
	bool full = w->queued >= LX_QUEUE_MAX || w->stopping;
	if (!full) {
		*w->last = &job;
		w->last = &job.next;
		w->queued++;
		(void)pthread_cond_signal(&w->filled);
		while (job.state != JOB_DONE)
			(void)pthread_cond_wait(&job.answered, &w->lock);
	}
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_cond_destroy(&job.answered);
	return full ? lx_fail(call, LX_BUSY, NULL, "writer.busy", NULL) : job.code;
}

void lx_writer_wake(struct lx_writer *w)
{
	(void)pthread_mutex_lock(&w->lock);
	w->woken = true;
	(void)pthread_cond_signal(&w->filled);
	(void)pthread_mutex_unlock(&w->lock);
}

void lx_writer_edge(struct lx_writer *w, struct lx_edge *edge)
{
	(void)pthread_mutex_lock(&w->lock);
	*edge = w->edge;
	(void)pthread_mutex_unlock(&w->lock);
}

void lx_writer_counts(struct lx_writer *w, struct lx_writer_counts *counts)
{
	(void)pthread_mutex_lock(&w->lock);
	*counts = w->counts;
	counts->waiting = (int64_t)w->queued;
	(void)pthread_mutex_unlock(&w->lock);
}

void lx_writer_stop(struct lx_writer **writer)
{
	struct lx_writer *w = *writer;

	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stopping = true;
	(void)pthread_cond_signal(&w->filled);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	(void)pthread_cond_destroy(&w->filled);
	(void)pthread_mutex_destroy(&w->lock);
	lx_memory_free(w);
	*writer = NULL;
}

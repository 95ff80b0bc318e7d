/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pieces are handed out by a counter, in rising order. So when piece i has failed, all pieces before
 * it have been handed out and end by themselves: the lowest failure is always found.
 */
#include "base/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

struct crew {
	lx_piece piece;
	void *with;
	size_t n;
	const struct lx_progress *progress;
	atomic_size_t next, done;
	atomic_bool stop;
	pthread_mutex_t lock; /* guards what follows */
	size_t failed_at;
	struct lx_fault fault;
};

struct member {
	struct crew *crew;
	unsigned worker;
};

static void keep_lowest(struct crew *crew, size_t i, const struct lx_fault *fault)
{
	(void)pthread_mutex_lock(&crew->lock);
	if (i < crew->failed_at) {
		crew->failed_at = i;
		crew->fault = *fault;
	}
	(void)pthread_mutex_unlock(&crew->lock);
	atomic_store(&crew->stop, true);
}

static void *labour(void *arg)
{
	const struct member *member = arg;
	struct crew *crew = member->crew;

	while (!atomic_load(&crew->stop)) {
		size_t i = atomic_fetch_add(&crew->next, 1);
		if (i >= crew->n)
			break;
		struct lx_fault fault = { 0 };
		if (crew->piece(crew->with, i, member->worker, &fault) != LX_OK)
			keep_lowest(crew, i, &fault);
		size_t done = atomic_fetch_add(&crew->done, 1) + 1;
		if (member->worker > 0 || lx_progress_step(crew->progress, done, crew->n))
			continue;
		(void)lx_fault_set(&fault, LX_BUSY, NULL, "base.cancelled", NULL);
		keep_lowest(crew, crew->n, &fault);
	}
	return NULL;
}

unsigned lx_workers(const struct lx_call *call, size_t n)
{
	size_t workers = call->threads;

	if (workers > LX_THREADS_MAX)
		workers = LX_THREADS_MAX;
	if (workers > n)
		workers = n;
	return workers == 0 ? 1 : (unsigned)workers;
}

enum lx_code lx_parallel(struct lx_call *call, size_t n, lx_piece piece, void *with)
{
	struct crew crew = { .piece = piece,
		.with = with,
		.n = n,
		.progress = call->progress,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.failed_at = SIZE_MAX };
	struct member members[LX_THREADS_MAX];
	pthread_t threads[LX_THREADS_MAX];
	unsigned workers = lx_workers(call, n), begun = 1;

	members[0] = (struct member){ &crew, 0 };
	for (; begun < workers; begun++) {
		members[begun] = (struct member){ &crew, begun };
		if (pthread_create(&threads[begun], NULL, labour, &members[begun]) != 0)
			break;
	}
	(void)labour(&members[0]);
	while (--begun > 0)
		(void)pthread_join(threads[begun], NULL);
	(void)pthread_mutex_destroy(&crew.lock);
	if (crew.failed_at == SIZE_MAX)
		return LX_OK;
	if (call->fault.code == LX_OK)
		call->fault = crew.fault;
	return crew.fault.code;
}

struct sure {
	void (*piece)(void *with, size_t i);
	void *with;
};

static enum lx_code sure_piece(void *with, size_t i, unsigned worker, struct lx_fault *fault)
{
	const struct sure *sure = with;
	(void)worker;
	(void)fault;

	sure->piece(sure->with, i);
	return LX_OK;
}

void lx_parallel_sure(unsigned threads, size_t n, void (*piece)(void *with, size_t i), void *with)
{
	struct lx_call call = { .threads = threads };
	struct sure sure = { piece, with };
	enum lx_code code = lx_parallel(&call, n, sure_piece, &sure);

	assert(code == LX_OK);
	(void)code;
}

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The single writer: everything that changes anything passes here. Threads submit jobs and wait; the
 * writer takes what has queued up, runs each job under a savepoint in one transaction, and commits once.
 * All answers, refusals too, follow the commit. A job that fails leaves no trace and sinks no neighbour.
 */
#ifndef LX_KERNEL_WRITER_WRITER_H
#define LX_KERNEL_WRITER_WRITER_H

#include "kernel/journal/journal.h"

#define LX_QUEUE_MAX 4096 /* waiting jobs; beyond that LX_BUSY at once */
#define LX_BATCH_MAX 512  /* jobs in one commit: bounds the wait and the write-ahead file */

struct lx_writer;

/* What a job works with: the transaction, and the batch's copy of the journal's edge and moment. */
struct lx_work {
	struct lx_tx *tx;
	struct lx_edge *edge;
	int64_t now; /* ms UTC, one for the batch, never before the last entry's */
	void *with;  /* as given to lx_writer_start: the region */
};

/* A job: changes things by work->tx; lx_tx_call(work->tx) is the submitter's call. Anything but LX_OK undoes it. */
typedef enum lx_code lx_job_fn(struct lx_work *work, void *argument);

/* How the writer learns the time, and what it does first in every batch (the clock's due acts; may be
 * NULL; gets what it may run as a job of its own). */
struct lx_writer_setting {
	int64_t (*now)(void *clock);
	void *clock;
	lx_job_fn *due;
	void *with;
	size_t memory; /* ceiling of the writer's own arena, bytes */
};

/* Starts the thread. The store is borrowed until lx_writer_stop. */
LX_CHECK enum lx_code lx_writer_start(struct lx_call *call, struct lx_store *store,
	const struct lx_writer_setting *setting, struct lx_writer **writer);

/* Runs `job(work, argument)` in the next batch and returns when its outcome is durable: what the job returned,
 * LX_BUSY when the queue is full (`writer.busy`), LX_BROKEN when nothing of the batch was written (`writer.broken`). */
LX_CHECK enum lx_code lx_writer_submit(
	struct lx_writer *writer, struct lx_call *call, lx_job_fn *job, void *argument);

/* Lets the writer run a batch now even if nothing is queued (the clock's tick). Does not wait. */
void lx_writer_wake(struct lx_writer *writer);

/* The edge after the last commit. */
void lx_writer_edge(struct lx_writer *writer, struct lx_edge *edge);

/* What it has done since its start, and how many jobs wait now. */
struct lx_writer_counts {
	int64_t batches, jobs, failed, waiting;
};
void lx_writer_counts(struct lx_writer *writer, struct lx_writer_counts *counts);

/* Finishes what is queued, then ends the thread. NULL is allowed. */
void lx_writer_stop(struct lx_writer **writer);

#endif

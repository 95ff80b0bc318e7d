/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Independent tasks on several threads: each takes the next number until none is left. */
#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS_MOST 64

struct crew {
	atomic_size_t next;
	size_t tasks;
	void (*task)(void *with, size_t i);
	void *with;
};

static void *work(void *arg)
{
	struct crew *crew = arg;

	for (;;) {
		size_t i = atomic_fetch_add(&crew->next, 1);
		if (i >= crew->tasks)
			return NULL;
		crew->task(crew->with, i);
	}
}

void lx_parallel(unsigned threads, size_t tasks, void (*task)(void *with, size_t i), void *with)
{
	struct crew crew = { .tasks = tasks, .task = task, .with = with };
	pthread_t helper[THREADS_MOST];
	size_t helpers = 0;

	if (threads > THREADS_MOST)
		threads = THREADS_MOST;
	while (helpers + 1 < threads && helpers + 1 < tasks) {
		if (pthread_create(&helper[helpers], NULL, work, &crew) != 0)
			break;
		helpers++;
	}
	(void)work(&crew);
	for (size_t i = 0; i < helpers; i++)
		(void)pthread_join(helper[i], NULL);
}

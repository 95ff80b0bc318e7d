/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The charter shared by readers. Each change of it is read once, into memory of its own that goes with the
 * last reader who holds it; a reader with an older snapshot than the newest reads its own.
 */
#include "base/memory.h"
#include "kernel/types/charter.h"
#include "kernel/types/types_queries.h"

#define CHARTER_MEMORY ((size_t)16 << 20)

struct lx_charter_held {
	struct lx_charter_kept kept;
	struct lx_charter_shared *shared;
	size_t users; /* under the lock; `newest` is one of them */
};

static void drop(struct lx_charter_held *held)
{
	struct lx_charter_shared *shared = held->shared;

	(void)pthread_mutex_lock(&shared->lock);
	bool last = --held->users == 0;
	(void)pthread_mutex_unlock(&shared->lock);
	if (!last)
		return;
	lx_charter_kept_close(&held->kept);
	lx_memory_free(held);
}

void lx_charter_drop(struct lx_charter_held **held)
{
	if (*held != NULL)
		drop(*held);
	*held = NULL;
}

void lx_charter_shared_close(struct lx_charter_shared *shared)
{
	lx_charter_drop(&shared->newest);
}

/* What is shared, if it is what the snapshot has. */
static struct lx_charter_held *take(
	struct lx_charter_shared *shared, int64_t last_n, int64_t last_at)
{
	struct lx_charter_held *held;

	(void)pthread_mutex_lock(&shared->lock);
	held = shared->newest;
	if (held != NULL && (held->kept.last_n != last_n || held->kept.last_at != last_at))
		held = NULL;
	if (held != NULL)
		held->users++;
	(void)pthread_mutex_unlock(&shared->lock);
	return held;
}

/* Shares it unless what is shared is as new. */
static void offer(struct lx_charter_shared *shared, struct lx_charter_held *held)
{
	struct lx_charter_held *before;

	(void)pthread_mutex_lock(&shared->lock);
	before = shared->newest;
	bool newer = before == NULL || before->kept.last_n < held->kept.last_n;
	if (newer) {
		shared->newest = held;
		held->users++;
	}
	(void)pthread_mutex_unlock(&shared->lock);
	if (newer && before != NULL)
		drop(before);
}

static enum lx_code read_new(struct lx_tx *tx, const struct lx_region *region,
	struct lx_charter_shared *shared, struct lx_charter_held **held)
{
	const struct lx_charter *charter;
	struct lx_charter_held *made = lx_memory_new(sizeof *made);

	if (made == NULL)
		return lx_fail(lx_tx_call(tx), LX_BROKEN, NULL, "base.memory", NULL);
	made->kept.arena.limit = CHARTER_MEMORY;
	made->shared = shared;
	made->users = 1;
	enum lx_code code = lx_charter_kept_load(tx, region, &made->kept, &charter);
	if (code != LX_OK) {
		drop(made);
		return code;
	}
	if (made->kept.last_n != 0)
		offer(shared, made);
	*held = made;
	return LX_OK;
}

enum lx_code lx_charter_hold(struct lx_tx *tx, const struct lx_region *region,
	struct lx_charter_shared *shared, struct lx_charter_held **held,
	const struct lx_charter **charter)
{
	struct lx_value last[2] = { LX_I(0), LX_I(0) };
	struct lx_charter_held *taken = NULL;

	enum lx_code code = lx_one(tx, &lx_q_charter_last, NULL, last);
	if (code == LX_OK)
		taken = take(shared, last[0].number, last[1].number);
	else if (code != LX_NOT_FOUND)
		return code;
	if (taken == NULL)
		LX_TRY(read_new(tx, region, shared, &taken));
	*held = taken;
	*charter = &taken->kept.charter;
	return LX_OK;
}

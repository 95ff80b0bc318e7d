/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Token buckets in a table of fixed size: how often an account or an address may ask. */
#ifndef LX_KERNEL_HTTP_LIMITS_H
#define LX_KERNEL_HTTP_LIMITS_H

#include "kernel/http/http.h"

#include <pthread.h>

#define LX_LIMITS_SETS 1024
#define LX_LIMITS_WAYS 8

struct lx_bucket {
	uint64_t key;
	int64_t at;    /* ms when `level` was right */
	int64_t level; /* tokens in 1/60,000: what one a minute adds in a millisecond */
};

/* Zero it and set `salt` to something strangers do not know; safe from any thread. */
struct lx_limits {
	pthread_mutex_t lock;
	uint64_t salt;
	struct lx_bucket buckets[LX_LIMITS_SETS][LX_LIMITS_WAYS];
};

/* Takes `cost` tokens of `key`: 0, or after how many seconds to ask again. When a set is full, the bucket
 * nearest to being full is forgotten: it belonged to whoever asked least. */
unsigned lx_limits_take(
	struct lx_limits *limits, uint64_t key, struct lx_rate rate, unsigned cost, int64_t now);

/* Gives `n` tokens back: the try was a good one. */
void lx_limits_give(
	struct lx_limits *limits, uint64_t key, struct lx_rate rate, unsigned n, int64_t now);

#endif

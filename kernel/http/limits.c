/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Token buckets: integers only, one lock, no memory taken while serving. */
#include "kernel/http/limits.h"

#define TOKEN INT64_C(60000)

/* splitmix64: spreads keys over the sets so that nobody can choose whom to push out without the salt. */
static uint64_t mixed(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static int64_t level_now(const struct lx_bucket *bucket, struct lx_rate rate, int64_t now)
{
	int64_t most = rate.burst * TOKEN;
	int64_t passed = now > bucket->at ? now - bucket->at : 0;

	if (passed > most / rate.per_minute)
		return most;
	int64_t level = bucket->level + passed * rate.per_minute;
	return level > most ? most : level;
}

static struct lx_bucket *find(struct lx_bucket *set, uint64_t key, struct lx_rate rate, int64_t now)
{
	struct lx_bucket *fullest = NULL;

	for (size_t i = 0; i < LX_LIMITS_WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	for (size_t i = 0; i < LX_LIMITS_WAYS; i++) {
		if (set[i].key == 0) {
			fullest = &set[i];
			break;
		}
		if (fullest == NULL ||
			level_now(&set[i], rate, now) > level_now(fullest, rate, now))
			fullest = &set[i];
	}
	*fullest = (struct lx_bucket){ key, now, rate.burst * TOKEN };
	return fullest;
}

unsigned lx_limits_take(
	struct lx_limits *limits, uint64_t key, struct lx_rate rate, unsigned cost, int64_t now)
{
	unsigned wait = 0;

	if (rate.per_minute == 0 || rate.burst == 0)
		return 0;
	uint64_t spread = mixed(key ^ limits->salt);
	(void)pthread_mutex_lock(&limits->lock);
	struct lx_bucket *bucket = find(
		limits->buckets[spread % LX_LIMITS_SETS], spread | 1, rate, now);
	int64_t level = level_now(bucket, rate, now), price = cost * TOKEN;
	if (price > rate.burst * TOKEN)
		price = rate.burst * TOKEN;
	bucket->at = now;
	bucket->level = level < price ? level : level - price;
	if (level < price)
		wait = (unsigned)((price - level) / rate.per_minute / 1000 + 1);
	(void)pthread_mutex_unlock(&limits->lock);
	return wait;
}

void lx_limits_give(
	struct lx_limits *limits, uint64_t key, struct lx_rate rate, unsigned n, int64_t now)
{
	uint64_t spread = mixed(key ^ limits->salt);

	(void)pthread_mutex_lock(&limits->lock);
	struct lx_bucket *bucket = find(
		limits->buckets[spread % LX_LIMITS_SETS], spread | 1, rate, now);
	bucket->level = level_now(bucket, rate, now) + n * TOKEN;
	bucket->at = now;
	(void)pthread_mutex_unlock(&limits->lock);
}

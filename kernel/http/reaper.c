/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One thread looks over all slots ten times a second. Nothing is closed here: sockets are shut down,
 * which wakes the thread that owns them; so a descriptor can never belong to another by then.
 */
#include "kernel/http/reaper.h"

#include "base/memory.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define TICK_MS      100
#define CROWDED_MS   20  /* between two rounds while more come than there is room for */
#define GRACE_MS     150 /* for a newcomer to say what it wants, however crowded it is */
#define RESERVED_MS  5000
#define ANSWER_BYTES 32768 /* a second more for each: a line that carries less is not served */
#define ALL          INT64_MAX

struct lx_slot {
	int socket;
	enum lx_stage stage;
	bool shut;
	int64_t since;
	int64_t limit;
	uint64_t order; /* of arrival, or of the last request's end */
	uint64_t bytes; /* received when the wait began */
	struct lx_slot *next;
};

struct lx_reaper {
	pthread_mutex_t lock;
	pthread_cond_t wake, room;
	pthread_t thread;
	struct lx_deadlines deadlines;
	unsigned slots_n, used, shut, reserved;
	uint64_t orders;
	int64_t opened; /* when a reserved place was last taken */
	bool stopping;
	bool refusing;
	bool draining; /* nobody may wait for another request */
	struct lx_slot *free;
	struct lx_slot **candidates;
	struct lx_slot slots[];
};

int64_t lx_monotonic(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How many bytes have ever arrived on a socket, whoever has read them. */
static uint64_t received(int socket)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof info;

	if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
		return 0;
	return info.tcpi_bytes_received;
}

static void shut(struct lx_reaper *reaper, struct lx_slot *slot)
{
	if (slot->shut)
		return;
	slot->shut = true;
	reaper->shut++;
	(void)shutdown(slot->socket, SHUT_RDWR);
}

static bool is_late(const struct lx_reaper *reaper, const struct lx_slot *slot, int64_t now)
{
	int64_t passed = now - slot->since;

	if (slot->stage == LX_WAITING && passed > reaper->deadlines.first_byte &&
		passed <= slot->limit)
		return received(slot->socket) == slot->bytes;
	return passed > slot->limit;
}

static int by_age(const void *a, const void *b)
{
	const struct lx_slot *x = *(struct lx_slot *const *)a, *y = *(struct lx_slot *const *)b;

	return (x->order > y->order) - (x->order < y->order);
}

/* Above three quarters: room is made by shutting those that have held a slot longest without a request. */
static void make_room(struct lx_reaper *reaper, int64_t now)
{
	unsigned most = reaper->slots_n / 4 * 3, n = 0;

	if (reaper->used - reaper->shut <= most)
		return;
	for (unsigned i = 0; i < reaper->slots_n; i++) {
		struct lx_slot *slot = &reaper->slots[i];
		bool unasked = slot->stage == LX_WAITING || slot->stage == LX_BODY;
		if (unasked && !slot->shut && now - slot->since > GRACE_MS)
			reaper->candidates[n++] = slot;
	}
	qsort(reaper->candidates, n, sizeof reaper->candidates[0], by_age);
	for (unsigned i = 0; i < n && reaper->used - reaper->shut > most; i++)
		shut(reaper, reaper->candidates[i]);
}

static void look_over(struct lx_reaper *reaper, int64_t now)
{
	for (unsigned i = 0; i < reaper->slots_n; i++) {
		struct lx_slot *slot = &reaper->slots[i];
		if (slot->stage == LX_FREE || slot->shut)
			continue;
		if ((reaper->draining && slot->stage == LX_WAITING) || is_late(reaper, slot, now))
			shut(reaper, slot);
	}
	/* places whose connection the library dropped for want of memory; one is the acceptor's own */
	if (reaper->reserved > 1 && now - reaper->opened > RESERVED_MS)
		reaper->reserved = 1;
	make_room(reaper, now);
}

static void wait_for(struct lx_reaper *reaper, unsigned ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_cond_timedwait(&reaper->wake, &reaper->lock, &until);
}

static void *reap(void *with)
{
	struct lx_reaper *reaper = with;
	int64_t last = 0;

	(void)pthread_mutex_lock(&reaper->lock);
	while (!reaper->stopping) {
		int64_t now = lx_monotonic();
		bool crowded = reaper->used - reaper->shut > reaper->slots_n / 4 * 3;
		int64_t due = last + (crowded ? CROWDED_MS : TICK_MS);
		if (now < due) {
			wait_for(reaper, (unsigned)(due - now));
			continue;
		}
		last = now;
		look_over(reaper, now);
	}
	(void)pthread_mutex_unlock(&reaper->lock);
	return NULL;
}

static enum lx_code start_thread(struct lx_call *call, struct lx_reaper *reaper)
{
	pthread_condattr_t attributes;

	(void)pthread_mutex_init(&reaper->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&reaper->wake, &attributes);
	(void)pthread_cond_init(&reaper->room, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	if (pthread_create(&reaper->thread, NULL, reap, reaper) != 0)
		return lx_fail(call, LX_BROKEN, NULL, "http.start", "thread");
	return LX_OK;
}

enum lx_code lx_reaper_start(struct lx_call *call, unsigned slots,
	const struct lx_deadlines *deadlines, struct lx_reaper **reaper)
{
	struct lx_reaper *made = lx_memory_new(sizeof *made + slots * sizeof made->slots[0]);
	struct lx_slot **candidates = lx_memory_new(slots * sizeof(struct lx_slot *));

	if (made == NULL || candidates == NULL) {
		lx_memory_free(candidates);
		lx_memory_free(made);
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	}
	made->slots_n = slots;
	made->deadlines = *deadlines;
	made->candidates = candidates;
	for (unsigned i = slots; i-- > 0;) {
		made->slots[i].next = made->free;
		made->free = &made->slots[i];
	}
	enum lx_code code = start_thread(call, made);
	if (code != LX_OK) {
		lx_memory_free(candidates);
		lx_memory_free(made);
		return code;
	}
	*reaper = made;
	return LX_OK;
}

static int64_t limit_of(const struct lx_deadlines *deadlines, enum lx_stage stage, size_t bytes)
{
	switch (stage) {
	case LX_WAITING:
		return deadlines->head;
	case LX_BODY: /* a long one comes at the same pace at least as answers go */
		return deadlines->body + (int64_t)(bytes / ANSWER_BYTES) * 1000;
	case LX_ANSWER:
		return deadlines->answer + (int64_t)(bytes / ANSWER_BYTES) * 1000;
	case LX_WORK: /* handlers bound themselves: snapshots and the writer's queue have limits */
	case LX_FREE:
		break;
	}
	return ALL;
}

static void begin(struct lx_reaper *reaper, struct lx_slot *slot, enum lx_stage stage, size_t bytes)
{
	slot->stage = stage;
	slot->since = lx_monotonic();
	slot->order = reaper->orders++;
	slot->limit = limit_of(&reaper->deadlines, stage, bytes);
	slot->bytes = stage == LX_WAITING ? received(slot->socket) : 0;
}

bool lx_reaper_reserve(struct lx_reaper *reaper)
{
	(void)pthread_mutex_lock(&reaper->lock);
	while (reaper->used + reaper->reserved >= reaper->slots_n && !reaper->refusing)
		(void)pthread_cond_wait(&reaper->room, &reaper->lock);
	bool given = !reaper->refusing;
	reaper->reserved += given;
	(void)pthread_mutex_unlock(&reaper->lock);
	return given;
}

void lx_reaper_unreserve(struct lx_reaper *reaper)
{
	(void)pthread_mutex_lock(&reaper->lock);
	reaper->reserved -= reaper->reserved > 0;
	(void)pthread_mutex_unlock(&reaper->lock);
}

unsigned lx_reaper_count(struct lx_reaper *reaper)
{
	(void)pthread_mutex_lock(&reaper->lock);
	unsigned used = reaper->used;
	(void)pthread_mutex_unlock(&reaper->lock);
	return used;
}

void lx_reaper_refuse(struct lx_reaper *reaper)
{
	(void)pthread_mutex_lock(&reaper->lock);
	reaper->refusing = true;
	(void)pthread_cond_broadcast(&reaper->room);
	(void)pthread_mutex_unlock(&reaper->lock);
}

struct lx_slot *lx_reaper_open(struct lx_reaper *reaper, int socket)
{
	(void)pthread_mutex_lock(&reaper->lock);
	struct lx_slot *slot = reaper->free;
	if (slot != NULL) {
		reaper->free = slot->next;
		slot->socket = socket;
		slot->shut = false;
		reaper->used++;
		reaper->reserved -= reaper->reserved > 0;
		reaper->opened = lx_monotonic();
		begin(reaper, slot, LX_WAITING, 0);
		slot->bytes = 0; /* a client may have spoken before it was accepted */
		if (reaper->used - reaper->shut == reaper->slots_n / 4 * 3 + 1)
			(void)pthread_cond_signal(&reaper->wake);
	}
	(void)pthread_mutex_unlock(&reaper->lock);
	return slot;
}

void lx_reaper_close(struct lx_reaper *reaper, struct lx_slot *slot)
{
	if (slot == NULL)
		return;
	(void)pthread_mutex_lock(&reaper->lock);
	reaper->used--;
	reaper->shut -= slot->shut;
	slot->stage = LX_FREE;
	slot->next = reaper->free;
	reaper->free = slot;
	(void)pthread_cond_signal(&reaper->room);
	(void)pthread_mutex_unlock(&reaper->lock);
}

void lx_reaper_stage(
	struct lx_reaper *reaper, struct lx_slot *slot, enum lx_stage stage, size_t bytes)
{
	if (slot == NULL)
		return;
	(void)pthread_mutex_lock(&reaper->lock);
	begin(reaper, slot, stage, bytes);
	(void)pthread_mutex_unlock(&reaper->lock);
}

void lx_reaper_drain(struct lx_reaper *reaper, unsigned ms)
{
	int64_t until = lx_monotonic() + ms;

	(void)pthread_mutex_lock(&reaper->lock);
	reaper->draining = true;
	while (reaper->used > reaper->shut && lx_monotonic() < until)
		wait_for(reaper, CROWDED_MS);
	for (unsigned i = 0; i < reaper->slots_n; i++)
		if (reaper->slots[i].stage != LX_FREE)
			shut(reaper, &reaper->slots[i]);
	(void)pthread_mutex_unlock(&reaper->lock);
}

void lx_reaper_stop(struct lx_reaper **reaper)
{
	struct lx_reaper *gone = *reaper;

	if (gone == NULL)
		return;
	(void)pthread_mutex_lock(&gone->lock);
	gone->stopping = true;
	(void)pthread_cond_broadcast(&gone->wake);
	(void)pthread_mutex_unlock(&gone->lock);
	(void)pthread_join(gone->thread, NULL);
	(void)pthread_cond_destroy(&gone->wake);
	(void)pthread_cond_destroy(&gone->room);
	(void)pthread_mutex_destroy(&gone->lock);
	lx_memory_free(gone->candidates);
	lx_memory_free(gone);
	*reaper = NULL;
}

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a process asks of SQLite on its first connection, statement by statement with the values bound,
 * recorded in memory, so that the same can be asked of a copy of the database without any of our code.
 */
#ifndef LX_BENCH_TRACE_H
#define LX_BENCH_TRACE_H

#include <stddef.h>

/* Lets every connection opened from now on be looked at; before the first one is opened. */
void trace_watch(void);

/* Starts recording on the first connection, and ends it. */
void trace_start(void);
void trace_stop(void);

/* Of a replay: the seconds it took, how many statements, how many of them were COMMIT. */
struct trace_replay {
	double seconds;
	size_t statements, commits;
};

/* Replays what was recorded on the database file, prepared once a text, as the recorded process does. 0, or SQLite's code. */
int trace_play(const char *path, struct trace_replay *replay);

#endif

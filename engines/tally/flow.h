/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Spreading costs of projects over groups of their supporters: a maximal flow (Dinic) in whole numbers, from
 * few projects to many groups. Not for others.
 */
#ifndef LX_ENGINES_TALLY_FLOW_H
#define LX_ENGINES_TALLY_FLOW_H

#include "base/call.h"
#include "base/wide.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Edges of project i are start[i] .. start[i + 1] - 1 and lead to group[]; edges of group g are back[]
 * [back_start[g]] .. , numbers of edges; from[] is an edge's project. `need` is what a project has yet to
 * send, `room` what a group may yet take, `sent` what flows on an edge. After lx_flow_run a project or
 * group with level 0 or more can be reached from a project that could not send all. */
struct lx_flow {
	size_t projects_n, groups_n, edges_n;
	size_t *start, *back_start;
	uint32_t *group, *from, *back;
	lx_int128 *need, *room, *sent;
	int32_t *level, *group_level;
	size_t *at, *group_at;
	uint32_t *queue, *path, *turn;
};

/* Memory for up to so many, from the call's arena. */
LX_CHECK enum lx_code lx_flow_open(struct lx_call *call, size_t projects_most, size_t groups_most,
	size_t edges_most, struct lx_flow *flow);

/* Makes `back` and `from` of start and group. */
void lx_flow_link(struct lx_flow *flow);

/* Sends as much as can be sent; whether that is all. need, room and sent are changed. */
bool lx_flow_run(struct lx_flow *flow);

#endif

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maximal flow from projects to groups of voters: Dinic's phases, without recursion. */
#include "engines/tally/flow.h"

#include <string.h>

enum lx_code lx_flow_open(struct lx_call *call, size_t projects_most, size_t groups_most,
	size_t edges_most, struct lx_flow *flow)
{
	size_t p = projects_most + 2, g = groups_most + 2, e = edges_most + 1;

	*flow = (struct lx_flow){ .start = lx_array(call, p, sizeof *flow->start),
		.back_start = lx_array(call, g, sizeof *flow->back_start),
		.group = lx_array(call, e, sizeof *flow->group),
		.from = lx_array(call, e, sizeof *flow->from),
		.back = lx_array(call, e, sizeof *flow->back),
		.need = lx_array(call, p, sizeof *flow->need),
		.room = lx_array(call, g, sizeof *flow->room),
		.sent = lx_array(call, e, sizeof *flow->sent),
		.level = lx_array(call, p, sizeof *flow->level),
		.group_level = lx_array(call, g, sizeof *flow->group_level),
		.at = lx_array(call, p, sizeof *flow->at),
		.group_at = lx_array(call, g, sizeof *flow->group_at),
		.queue = lx_array(call, p, sizeof *flow->queue),
		.path = lx_array(call, p, sizeof *flow->path),
		.turn = lx_array(call, p, sizeof *flow->turn) };
	bool all = flow->start != NULL && flow->back_start != NULL && flow->group != NULL &&
		   flow->from != NULL && flow->back != NULL && flow->need != NULL &&
		   flow->room != NULL && flow->sent != NULL && flow->level != NULL &&
		   flow->group_level != NULL && flow->at != NULL && flow->group_at != NULL &&
		   flow->queue != NULL && flow->path != NULL && flow->turn != NULL;
	return all ? LX_OK : LX_BROKEN;
}

void lx_flow_link(struct lx_flow *flow)
{
	memset(flow->back_start, 0, (flow->groups_n + 1) * sizeof *flow->back_start);
	for (size_t i = 0; i < flow->projects_n; i++)
		for (size_t e = flow->start[i]; e < flow->start[i + 1]; e++) {
			flow->from[e] = (uint32_t)i;
			flow->back_start[flow->group[e] + 1]++;
		}
	for (size_t g = 0; g < flow->groups_n; g++) {
		flow->back_start[g + 1] += flow->back_start[g];
		flow->group_at[g] = flow->back_start[g];
	}
	for (size_t e = 0; e < flow->start[flow->projects_n]; e++)
		flow->back[flow->group_at[flow->group[e]]++] = (uint32_t)e;
}

/* Levels by breadth from the projects that have yet to send; whether a group with room is reached. */
static bool find_levels(struct lx_flow *flow)
{
	size_t head = 0, tail = 0;
	bool room = false;

	for (size_t g = 0; g < flow->groups_n; g++)
		flow->group_level[g] = -1;
	for (size_t i = 0; i < flow->projects_n; i++) {
		flow->level[i] = flow->need[i] > 0 ? 0 : -1;
		if (flow->need[i] > 0)
			flow->queue[tail++] = (uint32_t)i;
	}
	while (head < tail) {
		uint32_t i = flow->queue[head++];
		for (size_t e = flow->start[i]; e < flow->start[i + 1]; e++) {
			uint32_t g = flow->group[e];
			if (flow->group_level[g] >= 0)
				continue;
			flow->group_level[g] = flow->level[i] + 1;
			room |= flow->room[g] > 0;
			for (size_t k = flow->back_start[g]; k < flow->back_start[g + 1]; k++) {
				uint32_t j = flow->from[flow->back[k]];
				if (flow->sent[flow->back[k]] <= 0 || flow->level[j] >= 0)
					continue;
				flow->level[j] = flow->level[i] + 2;
				flow->queue[tail++] = j;
			}
		}
	}
	return room;
}

/* The path found: projects path[0 .. depth], each with its current edge; turn[] are the edges back. */
static void send(struct lx_flow *flow, size_t depth)
{
	uint32_t root = flow->path[0];
	uint32_t last = flow->group[flow->at[flow->path[depth]]];
	lx_int128 amount = flow->need[root];

	if (flow->room[last] < amount)
		amount = flow->room[last];
	for (size_t k = 0; k < depth; k++)
		if (flow->sent[flow->turn[k]] < amount)
			amount = flow->sent[flow->turn[k]];
	for (size_t k = 0; k <= depth; k++)
		flow->sent[flow->at[flow->path[k]]] += amount;
	for (size_t k = 0; k < depth; k++)
		flow->sent[flow->turn[k]] -= amount;
	flow->need[root] -= amount;
	flow->room[last] -= amount;
}

/* The next edge of project i that leads a level on; false when there is none left. */
static bool next_edge(struct lx_flow *flow, uint32_t i)
{
	size_t *at = &flow->at[i];

	while (*at < flow->start[i + 1] &&
		flow->group_level[flow->group[*at]] != flow->level[i] + 1)
		(*at)++;
	return *at < flow->start[i + 1];
}

static bool next_turn(struct lx_flow *flow, uint32_t g)
{
	size_t *at = &flow->group_at[g];

	for (; *at < flow->back_start[g + 1]; (*at)++) {
		uint32_t e = flow->back[*at];
		if (flow->sent[e] > 0 && flow->level[flow->from[e]] == flow->group_level[g] + 1)
			return true;
	}
	return false;
}

/* One path along levels from a project to a group with room; false: none is left in this phase. */
static bool send_some(struct lx_flow *flow, uint32_t root)
{
	size_t depth = 0;

	flow->path[0] = root;
	for (;;) {
		uint32_t i = flow->path[depth];
		if (!next_edge(flow, i)) {
			if (depth == 0)
				return false;
			depth--;
			flow->group_at[flow->group[flow->at[flow->path[depth]]]]++;
			continue;
		}
		uint32_t g = flow->group[flow->at[i]];
		if (flow->room[g] > 0) {
			send(flow, depth);
			return true;
		}
		if (!next_turn(flow, g)) {
			flow->at[i]++;
			continue;
		}
		flow->turn[depth] = flow->back[flow->group_at[g]];
		flow->path[depth + 1] = flow->from[flow->turn[depth]];
		depth++;
	}
}

bool lx_flow_run(struct lx_flow *flow)
{
	while (find_levels(flow)) {
		memcpy(flow->at, flow->start, flow->projects_n * sizeof *flow->at);
		memcpy(flow->group_at, flow->back_start, flow->groups_n * sizeof *flow->group_at);
		for (uint32_t i = 0; i < flow->projects_n; i++)
			while (flow->level[i] == 0 && flow->need[i] > 0 && send_some(flow, i))
				continue;
	}
	for (size_t i = 0; i < flow->projects_n; i++)
		if (flow->need[i] > 0)
			return false;
	return true;
}

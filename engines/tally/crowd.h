/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A stream of ballots prepared as blocks of rows. Not for others. */
#ifndef LX_ENGINES_TALLY_CROWD_H
#define LX_ENGINES_TALLY_CROWD_H

#include "engines/tally/blocks.h"

/* Whether lx_tally_crowd takes an election of so many projects and a setting. */
bool lx_tally_crowd_takes(
	const struct lx_tally_election *e, const struct lx_tally_setting *setting);

/* As lx_tally_prepare, from a stream. */
LX_CHECK enum lx_code lx_tally_crowd_prepare(struct lx_call *call,
	const struct lx_tally_election *e, struct lx_tally_stream *stream,
	const struct lx_tally_setting *setting, struct lx_tally_view *view);

/* The ballots of arrays as a stream; `walk` is the stream's while it is used. */
struct lx_tally_walk {
	const struct lx_tally_election *election;
	size_t b;
};
struct lx_tally_stream lx_tally_walk_stream(struct lx_tally_walk *walk);

#endif

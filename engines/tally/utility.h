/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Utilities as whole numbers; see enum lx_tally_utility for what they mean. Not for others. */
#ifndef LX_ENGINES_TALLY_UTILITY_H
#define LX_ENGINES_TALLY_UTILITY_H

#include "engines/tally/inner.h"

/* Whether a project's utility is the same for all who name it. */
bool lx_tally_uniform(enum lx_tally_utility utility);

/* That utility, above 0. */
int64_t lx_tally_unit(const struct lx_tally_election *e, enum lx_tally_utility utility, size_t p);

#endif

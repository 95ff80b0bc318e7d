/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Agreements between members: what others may use of them. */
#ifndef LX_MODULES_AGREEMENTS_H
#define LX_MODULES_AGREEMENTS_H

#include "kernel/pages/part.h"

extern const struct lx_type lx_agreement_type;

/* Adds "commitments": the reduced records that the agreement yielded, each with the row of its "article"; and "versions". */
lx_part_more_fn lx_agreement_more;

/* Articles with what they yield, signatures, versions. */
lx_part_fill_fn lx_agreement_fill;

#endif

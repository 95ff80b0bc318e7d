/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Commitments: who promised what by when, how it is measured, what became of it. */
#ifndef LX_MODULES_COMMITMENTS_COMMITMENTS_H
#define LX_MODULES_COMMITMENTS_COMMITMENTS_H

#include "kernel/types/type.h"

extern const struct lx_type lx_commitment_type;

#endif

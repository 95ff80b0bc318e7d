/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Agreements between members: what others may use of them. */
#ifndef LX_MODULES_AGREEMENTS_H
#define LX_MODULES_AGREEMENTS_H

#include "kernel/types/case.h"

extern const struct lx_type lx_agreement_type;

#endif

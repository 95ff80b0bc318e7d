/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Projects: from needs to something that can be chosen, paid for, built. */
#ifndef LX_MODULES_PROJECTS_PROJECTS_H
#define LX_MODULES_PROJECTS_PROJECTS_H

#include "kernel/types/case.h"

extern const struct lx_type lx_project_type;

#endif

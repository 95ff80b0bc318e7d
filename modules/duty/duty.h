/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The members' board. The only header others may include. */
#ifndef LX_MODULES_DUTY_H
#define LX_MODULES_DUTY_H

#include "kernel/http/http.h"
#include "kernel/pages/part.h"

/* /duty */
lx_handler lx_page_duty;

/* The tile map of the home page: needs in hand by member, and whose are overdue. */
lx_home_fill_fn lx_duty_home;

#endif

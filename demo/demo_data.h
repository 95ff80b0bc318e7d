/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The demonstration's data files (demo/yangtze-delta), carried by the binary. */
#ifndef LX_DEMO_DEMO_DATA_H
#define LX_DEMO_DEMO_DATA_H

#include "base/embedded.h"

extern const struct lx_embedded lx_demo_files[];

#endif

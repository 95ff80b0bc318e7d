/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parts of the API's description that are data (openapi/<name>.json), inside the binary. */
#ifndef LX_KERNEL_PAGES_OPENAPI_DATA_H
#define LX_KERNEL_PAGES_OPENAPI_DATA_H

#include "base/embedded.h"

extern const struct lx_embedded lx_openapi_files[];

#endif

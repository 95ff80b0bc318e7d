/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parts of the API's description that are data (openapi/<name>.json), inside the binary. */
#ifndef LX_KERNEL_PAGES_OPENAPI_DATA_H
#define LX_KERNEL_PAGES_OPENAPI_DATA_H

#include <stddef.h>

struct lx_openapi_file {
	const char *name;
	const unsigned char *bytes;
	size_t n;
};
extern const struct lx_openapi_file lx_openapi_files[]; /* ends with a zero row */

#endif

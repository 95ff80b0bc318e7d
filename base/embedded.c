/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Finding a file that the binary carries. */
#include "base/embedded.h"

#include <string.h>

struct lx_text lx_embedded_find(const struct lx_embedded *files, const char *name)
{
	for (; files->name != NULL; files++)
		if (strcmp(files->name, name) == 0)
			return (struct lx_text){ (const char *)files->bytes, files->n };
	return LX_TEXT_OF("");
}

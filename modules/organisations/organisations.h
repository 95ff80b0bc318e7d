/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bridging organisations: accredited to bring the needs of many. */
#ifndef LX_MODULES_ORGANISATIONS_ORGANISATIONS_H
#define LX_MODULES_ORGANISATIONS_ORGANISATIONS_H

#include "kernel/types/case.h"

extern const struct lx_type lx_organisation_type;

/* Refuses `field` when `link` ("organisation/3"; empty or another type: fits) names an organisation that is not
 * accredited: then nobody brings anything in its name. */
LX_CHECK enum lx_code lx_organisation_may_speak(
	struct lx_case *c, const char *field, struct lx_text link);

#endif

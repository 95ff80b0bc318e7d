/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One value on its way into or out of the store, and in a record's fields. */
#ifndef LX_KERNEL_STORE_VALUE_H
#define LX_KERNEL_STORE_VALUE_H

#include "base/text.h"

enum lx_value_kind { LX_V_NULL, LX_V_INT, LX_V_TEXT, LX_V_BYTES };

/* `text` holds text or bytes, borrowed from whoever gave the value. */
struct lx_value {
	enum lx_value_kind kind;
	int64_t number;
	struct lx_text text;
};

#define LX_N    ((struct lx_value){ .kind = LX_V_NULL })
#define LX_I(n) ((struct lx_value){ .kind = LX_V_INT, .number = (n) })
#define LX_T(t) ((struct lx_value){ .kind = LX_V_TEXT, .text = (t) })
#define LX_S(s) ((struct lx_value){ .kind = LX_V_TEXT, .text = lx_text(s) })
#define LX_B(b) ((struct lx_value){ .kind = LX_V_BYTES, .text = (b) })

#endif

/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* 128-bit integers, which gcc and clang have and ISO C 11 has not. */
#ifndef LX_BASE_WIDE_H
#define LX_BASE_WIDE_H

__extension__ typedef __int128 lx_int128;
__extension__ typedef unsigned __int128 lx_uint128;

#endif

/* ops.h: what every store looks at first in the operations of a commit: are they such as an engine sends? */
#ifndef HSVC_CORE_OPS_H
#define HSVC_CORE_OPS_H

#include "core.h"

/* hsvc__op_at: operation i. The stride is the caller's, which may be younger than this library. */
static inline const hsvc_op *hsvc__op_at(const hsvc_op *ops, size_t i) {
    return (const hsvc_op *)(const void *)((const uint8_t *)ops + i * ops->struct_size);
}

/* hsvc__ops_stride_ok: can they be walked at all? */
static inline int hsvc__ops_stride_ok(const hsvc_op *ops) {
    size_t stride = ops->struct_size;
    return stride >= sizeof *ops && stride <= HSVC_LIMIT_STRUCT_SIZE && stride % _Alignof(hsvc_op) == 0;
}

/* hsvc__op_is_possible: kind, expectation, key and value within their bounds. */
static inline int hsvc__op_is_possible(const hsvc_op *op) {
    if (op->kind < HSVC_OP_PUT || op->kind > HSVC_OP_CHECK) return 0;
    if (op->expect < HSVC_EXPECT_ANY || op->expect > HSVC_EXPECT_REVISION) return 0;
    if (op->key == NULL || op->key_len == 0 || op->key_len > HSVC_LIMIT_KEY_LEN) return 0;
    if (op->kind != HSVC_OP_PUT) return 1;
    return op->value_len <= HSVC_LIMIT_VALUE_LEN && (op->value != NULL || op->value_len == 0);
}

#endif

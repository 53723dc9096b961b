/* each_column.h: nothing of columns.def but what its includer defined: COLUMN, or FROM_ of one kind of row. */
#ifndef COLUMN
#define COLUMN(name, type)
#endif
#ifndef FROM_DEVICE
#define FROM_DEVICE(column, kind, field)
#endif
#ifndef FROM_USER
#define FROM_USER(column, kind, field)
#endif
#ifndef FROM_HEADSET
#define FROM_HEADSET(column, kind, field)
#endif
#ifndef FROM_SUBJECT
#define FROM_SUBJECT(column, kind, field)
#endif
#ifndef FROM_AUDIT
#define FROM_AUDIT(column, kind, field)
#endif
#include "store/columns.def"
#undef COLUMN
#undef FROM_DEVICE
#undef FROM_USER
#undef FROM_HEADSET
#undef FROM_SUBJECT
#undef FROM_AUDIT

/* Room for items whose number is not known. */
#ifndef ASYNCLOG_ROOM_H
#define ASYNCLOG_ROOM_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

/* Make room for `wanted` items of a size; -1 where memory is out. */
static inline int make_room(void **items, size_t *room, size_t wanted, size_t size)
{
    if (wanted <= *room) return 0;
    size_t larger = *room * 2 > wanted ? *room * 2 : wanted + 8;
    void *moved = realloc(*items, larger * size);
    if (moved == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *items = moved;
    *room = larger;
    return 0;
}

#define ROOM(self, items, name, wanted) \
    make_room((void **)&(self)->items, &(self)->name##_room, (wanted), sizeof(*(self)->items))

#endif

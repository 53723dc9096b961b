// cpp_host.cpp: a host in C++11: owns the library's handles by unique_ptr, and hands over callbacks of its own.
#include <headsetsvc/headsetsvc.h>
#include <headsetsvc/stdlib.h>

#include <iostream>
#include <memory>

namespace {

template <typename T, void (*free)(T *)>
struct Free {
    void operator()(T *handle) const { free(handle); }
};
using Engine = std::unique_ptr<hsvc_engine, Free<hsvc_engine, hsvc_engine_free>>;
using Memory = std::unique_ptr<hsvc_memory_store, Free<hsvc_memory_store, hsvc_memory_store_free>>;

Memory make_memory(const hsvc_allocator &allocator) {
    hsvc_memory_store *memory = nullptr;
    hsvc_memory_store_new(&allocator, &memory);
    return Memory(memory);
}

Engine make_engine(const hsvc_allocator &allocator, const hsvc_store &store) {
    hsvc_config config;
    hsvc_engine *engine = nullptr;
    hsvc_config_init(&config, sizeof config);
    config.allocator = &allocator;
    config.store = &store;
    config.clock = [](int64_t *now_ms, void *) -> int32_t { return *now_ms = 1, HSVC_OK; };
    hsvc_engine_new(&config, &engine);
    return Engine(engine);
}

}  // namespace

int main() {
    hsvc_allocator allocator;
    hsvc_store store;
    hsvc_stdlib_allocator(&allocator);
    hsvc_store_init(&store, sizeof store);
    Memory memory = make_memory(allocator);
    hsvc_memory_store_bind(memory.get(), &store);
    Engine engine = make_engine(allocator, store);
    int64_t at = 0;
    if (!engine || hsvc_next_deadline(engine.get(), &at) != HSVC_OK || at != HSVC_NEVER) return 1;
    std::cout << "nothing pending on " << hsvc_version() << "\n";
    return 0;
}

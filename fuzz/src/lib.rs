//! What the decoding targets have in common: reading bytes back and forth, and what that allocates.

use scale::{Decode, Encode};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The most bytes that may be allocated at once for each byte that is read.
const PER_BYTE: usize = 64;
/// This much may be allocated in addition: the codec reserves room for a list by its announced length, before it reads
/// on.
const BESIDE: usize = 32 * 1_024;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting what the present thread holds.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(taken: usize, given: usize) {
    let held = HELD.with(|held| {
        held.set(held.get().saturating_add(taken).saturating_sub(given));
        held.get()
    });
    MOST.with(|most| most.set(most.get().max(held)));
}

// SAFETY: every call is the system allocator's; counting neither allocates nor touches the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(0, layout.size());
        System.dealloc(at, layout);
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be held for a moment.
        count(size, 0);
        let moved = System.realloc(at, layout, size);
        count(0, layout.size());
        moved
    }
}

/// Decodes a value from the beginning of `bytes`, and returns whether there was one. Whatever the bytes are, this does
/// not panic, stays within bounds of memory, and what was read is written as the bytes it was read from.
pub fn read_back<T: Decode + Encode>(bytes: &[u8]) -> bool {
    let before = HELD.with(Cell::get);
    MOST.with(|most| most.set(before));
    let mut rest = bytes;
    let decoded = T::decode(&mut rest);
    let allocated = MOST.with(Cell::get).saturating_sub(before);
    let name = std::any::type_name::<T>();
    assert!(allocated <= bytes.len() * PER_BYTE + BESIDE, "{name}: {allocated} for {} bytes", bytes.len());
    let Ok(value) = decoded else { return false };
    let read = &bytes[..bytes.len() - rest.len()];
    assert_eq!(value.encode(), read, "{name}");
    assert_eq!(value.encoded_size(), read.len(), "{name}");
    true
}

//! The part of a long matrix that one run takes.
//!
//! `tests/run` sets `UBUGI_TEST_SEED`, so that a run takes a sample, the same seed takes the same
//! sample, and different commits take different ones. Without the seed, as in `tests/run --full`
//! and in a plain `cargo test`, a test takes everything. `tests/run --quick` sets
//! `UBUGI_TEST_QUICK` as well, and a test takes a fourth of its usual sample.
#![allow(unreachable_pub, clippy::panic, reason = "shared by the modules of the tests")]

/// Returns the seed of the sample, or `None` if this run takes everything.
#[expect(clippy::disallowed_methods, reason = "the run script says by a variable what to take")]
fn seed() -> Option<u64> {
    let text = std::env::var("UBUGI_TEST_SEED").ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("UBUGI_TEST_SEED is no number: {text}")))
}

/// Returns the part of a sample that a quick run takes.
#[expect(clippy::disallowed_methods, reason = "the run script says by a variable what to take")]
pub fn quick(some: usize) -> usize {
    let is_quick = std::env::var_os("UBUGI_TEST_QUICK").is_some_and(|value| !value.is_empty());
    if is_quick { some.div_ceil(4) } else { some }
}

/// Returns how many cases a property test draws: `all` of them, or `some` if this run takes a
/// sample. `PROPTEST_RNG_SEED` decides which.
pub fn cases(all: u32, some: u32) -> u32 {
    if seed().is_some() { u32::try_from(quick(some as usize)).unwrap_or(some) } else { all }
}

/// Returns `all`, or `count` of them, in their order, if this run takes a sample.
pub fn sample<T: Copy>(all: &[T], count: usize) -> Vec<T> {
    seed().map_or_else(|| all.to_vec(), |seed| chosen(all, quick(count), seed))
}

fn chosen<T: Copy>(all: &[T], count: usize, seed: u64) -> Vec<T> {
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_cached_key(|place| mixed(seed.wrapping_mul(0x1_0000_0001) + *place as u64));
    places.truncate(count);
    places.sort_unstable();
    places.into_iter().map(|place| all[place]).collect()
}

/// The last step of splitmix64: neighbouring numbers become unlike ones.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn a_seed_gives_one_sample_and_all_seeds_together_give_everything() {
    let all: Vec<usize> = (0..70).collect();
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let some = chosen(&all, 20, seed);
        assert_eq!(some.len(), 20);
        assert!(some.is_sorted());
        assert_eq!(some, chosen(&all, 20, seed));
        assert_ne!(some, chosen(&all, 20, seed + 1));
        seen.extend(some);
    }
    assert_eq!(seen.len(), all.len());
}

//! What any store must live through, and what each promises of its own.

mod agree;
mod analysts;
mod batches;
mod dice;
mod drafts;
mod file;
mod golden;
mod ground;
mod keeper;
mod people;
mod shared;
mod size;
mod story;
mod wander;

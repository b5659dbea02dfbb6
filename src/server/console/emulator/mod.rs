//! Plays the agent, turn by turn: conversations that are kept on the server for whoever began them.

mod begin;
mod calls;
mod export;
mod read;
mod show;
mod start;
mod talk;
mod talks;
mod turn;
mod turns;

use super::routes::Routes;

pub(super) use talks::Talks;

pub(super) fn routes(routes: &mut Routes) {
    begin::routes(routes);
    turns::routes(routes);
}

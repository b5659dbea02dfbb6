//! Entity types that are put together from each other: whoever follows them would never end.

use std::collections::HashMap;

use super::{PackageFault, Result};
use crate::emulator::package::EntityType;

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Refuses entity types that refer to each other in a circle.
pub(super) fn refuse(types: &[EntityType]) -> Result<()> {
    let names: HashMap<&str, usize> =
        types.iter().enumerate().map(|(at, each)| (each.display_name.as_str(), at)).collect();
    let parts: Vec<Vec<usize>> = types
        .iter()
        .map(|each| each.parts().into_iter().filter_map(|name| names.get(name).copied()).collect())
        .collect();
    let mut states = vec![State::New; types.len()];
    for start in 0..types.len() {
        // The types on the way, and how many of each one's parts were followed.
        let mut way: Vec<(usize, usize)> = Vec::new();
        if states[start] == State::New {
            states[start] = State::Open;
            way.push((start, 0));
        }
        while let Some((at, followed)) = way.last_mut() {
            let Some(&next) = parts[*at].get(*followed) else {
                states[*at] = State::Done;
                way.pop();
                continue;
            };
            *followed += 1;
            match states[next] {
                State::Done => {}
                State::New => {
                    states[next] = State::Open;
                    way.push((next, 0));
                }
                State::Open => {
                    let from = way.iter().position(|(at, _)| *at == next).unwrap_or_default();
                    let on = way[from..].iter().map(|(at, _)| *at).chain([next]);
                    let trail = on.map(|at| format!("@{}", types[at].display_name)).collect();
                    return Err(PackageFault::Cycle { trail }.of(&*types[next].file));
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::package::{Entity, EntityKind};

    fn list(name: &str, value: &str) -> EntityType {
        let entity = Entity { value: value.to_owned(), ..Entity::default() };
        EntityType {
            display_name: name.to_owned(),
            kind: EntityKind::List,
            entities: [("en".to_owned(), vec![entity])].into(),
            file: format!("entityTypes/{name}/{name}.json"),
            ..EntityType::default()
        }
    }

    #[test]
    fn a_circle_is_refused_and_a_diamond_is_not() {
        let fine = [list("a", "@b @c"), list("b", "@d"), list("c", "@d @sys.date"), list("d", "d")];
        assert!(refuse(&fine).is_ok());
        let circle = [list("x", "@a"), list("a", "@b"), list("b", "@c and @b2"), list("c", "@a")];
        let error = refuse(&circle).expect_err("a circle").to_string();
        assert_eq!(
            error,
            "entityTypes/a/a.json: the entity types refer to each other in a circle: @a → @b → @c → @a"
        );
        assert!(refuse(&[list("self", "@self")]).is_err());
        let long: Vec<_> = (0..20_000).map(|at| list(&format!("t{at}"), &format!("@t{}", at + 1))).collect();
        assert!(refuse(&long).is_ok());
    }
}

//! Things of yours that handlers share.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{FromCall, Needs};
use crate::error::{Error, Result};
use crate::fulfillment::Call;

/// Something given to the router with [`Router::state`](crate::Router::state). It derefs to it.
///
/// A router with a handler that asks for a state nobody gave does not start.
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> FromCall for State<T> {
    async fn from_call(call: &Call) -> Result<Self> {
        // Checked at start-up; a handler that asks inside another extractor can still miss it.
        call.states().get().map(Self).ok_or_else(|| {
            Error::internal("The handler failed.")
                .with_cause(format!("no state of type {} was given to the router", type_name::<T>()))
        })
    }

    fn needs(needs: &mut Needs) {
        needs.states.push((TypeId::of::<T>(), type_name::<T>()));
    }
}

/// Everything given to a router with `state`, by type.
#[derive(Clone, Default)]
pub(crate) struct States {
    by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl States {
    /// Keeps `state`; tells whether it is the first of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, state: T) -> bool {
        self.by_type.insert(TypeId::of::<T>(), Arc::new(state)).is_none()
    }

    pub(crate) fn contains(&self, id: TypeId) -> bool {
        self.by_type.contains_key(&id)
    }

    /// Takes over the states of a merged router; ours win.
    pub(crate) fn merge(&mut self, other: Self) {
        for (id, state) in other.by_type {
            self.by_type.entry(id).or_insert(state);
        }
    }

    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.by_type.get(&TypeId::of::<T>())?).downcast().ok()
    }
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} states", self.by_type.len())
    }
}

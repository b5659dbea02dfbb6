//! Structs as agent exports write them: every member may be missing, null or unknown.

use serde::{Deserialize, Deserializer};

/// Reads null like a missing member, as ProtoJSON does.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Declares a struct whose members are read under their lowerCamelCase names; what is missing or
/// null has its default, what is not known is passed over.
///
/// Fields behind `beside` are not in the file: the reader of the package sets them.
macro_rules! exported {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$doc:meta])* $field:ident: $type:ty, )*
        }
        $( beside { $( $(#[$other_doc:meta])* $other:ident: $other_type:ty, )* } )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[$doc])*
                #[serde(deserialize_with = "crate::emulator::package::model::exported::null_as_default")]
                pub $field: $type,
            )*
            $( $( $(#[$other_doc])* #[serde(skip)] pub $other: $other_type, )* )?
        }
    };
}

pub(super) use exported;

//! Declarations: of the protocol's enumerations, newtypes, so that unknown values survive; and of what is public only
//! for tools.

/// Declares a wire enumeration: a newtype over its integer, with a constant and a name for each known value.
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident($int:ty) { $($(#[$vdoc:meta])* $konst:ident = $value:expr, $text:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $int);

        impl $name {
            $($(#[$vdoc])* pub const $konst: Self = Self($value);)*

            /// The name the RFC gives this value, if it has one.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }

            /// The value that the RFC gives this name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self($value)),)*
                    _ => None,
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}({:#x})", stringify!($name), self.0),
                }
            }
        }
    };
}

pub(crate) use wire_enum;

/// Declares a function of a promised type that names types of the lower layers: like them, it is public only with the
/// feature `unstable`.
macro_rules! for_tools {
    ($(#[$attribute:meta])* pub $($function:tt)*) => {
        #[cfg(feature = "unstable")]
        $(#[$attribute])*
        pub $($function)*
        #[cfg(not(feature = "unstable"))]
        $(#[$attribute])*
        pub(crate) $($function)*
    };
}

pub(crate) use for_tools;

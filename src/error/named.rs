//! The declaration of errors: a name, a sentence and, where the connection fails, the alert.
//!
//! The sentence is also the documentation of the name, as code: it is what users see.

/// Declares an enum whose variants carry a text and, optionally, an alert. A variant may exist in some builds only.
macro_rules! named_errors {
    ($(#[$doc:meta])* $name:ident { $($(#[$only:meta])? $variant:ident => $text:literal $(, $alert:ident)?;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$only])? #[doc = concat!("`` ", $text, " ``")] $variant,)*
        }

        impl $name {
            /// The cause in one sentence.
            pub const fn text(self) -> &'static str {
                match self { $($(#[$only])? Self::$variant => $text,)* }
            }
        }

        named_errors!(@alerts $name $($(#[$only])? $variant $($alert)?;)*);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.text())
            }
        }

        impl core::error::Error for $name {}
    };
    ($(#[$doc:meta])* $name:ident { $($all:tt)* } with certificates {
        $($variant:ident => $text:literal, $alert:ident;)*
    }) => {
        named_errors! {
            $(#[$doc])*
            $name {
                $($all)*
                $(#[cfg(feature = "certificates")] $variant => $text, $alert;)*
            }
        }
    };
    (@alerts $name:ident $($(#[$only:meta])? $variant:ident $alert:ident;)+) => {
        impl $name {
            /// The alert to answer it with.
            pub const fn alert(self) -> AlertDescription {
                match self { $($(#[$only])? Self::$variant => AlertDescription::$alert,)* }
            }
        }
    };
    (@alerts $name:ident $($(#[$only:meta])? $variant:ident;)+) => {};
}

pub(crate) use named_errors;

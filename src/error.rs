//! placeholder while the layers are being written

//! The few words of the X protocol that ask a window to close, as a window manager would.
//!
//! `xdotool windowclose` destroys the window under the program's feet, which nobody does, and older
//! versions know no other way.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Request codes of the core protocol.
const INTERN_ATOM: u8 = 16;
const SEND_EVENT: u8 = 25;
const GET_INPUT_FOCUS: u8 = 43;
/// Event code of a message between clients.
const CLIENT_MESSAGE: u8 = 33;

/// Sends `WM_DELETE_WINDOW` to `window` over the server's socket.
pub(super) fn ask_to_close(socket: &Path, window: u32) -> std::io::Result<()> {
    let mut stream = UnixStream::connect(socket)?;
    // Little-endian, version 11.0, no authorisation.
    stream.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
    let mut head = [0; 8];
    stream.read_exact(&mut head)?;
    let mut rest = vec![0; 4 * usize::from(u16::from_le_bytes([head[6], head[7]]))];
    stream.read_exact(&mut rest)?;
    assert_eq!(head[0], 1, "the X server refused the connection");

    let protocols = atom(&mut stream, "WM_PROTOCOLS")?;
    let delete = atom(&mut stream, "WM_DELETE_WINDOW")?;
    let mut request = vec![SEND_EVENT, 0, 11, 0];
    request.extend(window.to_le_bytes());
    request.extend(0_u32.to_le_bytes());
    request.extend([CLIENT_MESSAGE, 32, 0, 0]);
    for word in [window, protocols, delete, 0, 0, 0, 0] {
        request.extend(word.to_le_bytes());
    }
    stream.write_all(&request)?;
    // A round trip: its reply comes after any error of the request before it.
    stream.write_all(&[GET_INPUT_FOCUS, 0, 1, 0])?;
    reply(&mut stream).map(drop)
}

fn atom(stream: &mut UnixStream, name: &str) -> std::io::Result<u32> {
    let words = 2 + name.len().div_ceil(4);
    let mut request = vec![INTERN_ATOM, 0, words as u8, 0, name.len() as u8, 0, 0, 0];
    request.extend(name.as_bytes());
    request.resize(4 * words, 0);
    stream.write_all(&request)?;
    let reply = reply(stream)?;
    Ok(u32::from_le_bytes([
        reply[8], reply[9], reply[10], reply[11],
    ]))
}

fn reply(stream: &mut UnixStream) -> std::io::Result<[u8; 32]> {
    let mut reply = [0; 32];
    stream.read_exact(&mut reply)?;
    assert_eq!(reply[0], 1, "the X server answered with error {}", reply[1]);
    Ok(reply)
}

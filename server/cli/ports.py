"""Whether a port can be listened on, asked before anything else is started."""

import errno
import socket


def port_trouble(host: str, port: int) -> str | None:
    """Say why nobody can listen there, in one sentence; None when it works. Port 0 always works."""
    if port == 0:
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
        try:
            trial.bind((host, port))
        except OSError as error:
            return _sentence(error.errno, host, port)
    return None


def _sentence(code: int | None, host: str, port: int) -> str | None:
    match code:
        case errno.EADDRINUSE:
            return f"端口 {port} 已被占用：请先停下占用它的程序，或者换一个端口。"
        case errno.EACCES:
            return f"没有权限使用端口 {port}:1024 以下的端口需要管理员权限。"
        case errno.EADDRNOTAVAIL:
            return f"本机没有地址 {host}。"
        case _:
            return None  # a host name, for example; it shows when the server opens it

"""Why a gRPC service is not healthy."""

from __future__ import annotations

REASONS: dict[str, dict[str, str]] = {
    "grpc_not_serving": {
        "en": "{host} says that the service {service} is not serving.",
        "zh": "{host} 报告服务 {service} 未在提供服务（NOT_SERVING）。",
    },
    "grpc_unknown": {
        "en": "{host} does not know how the service {service} is doing ({answer}).",
        "zh": "{host} 不清楚服务 {service} 的状态（{answer}）。",
    },
    "grpc_service_unknown": {
        "en": "{host} knows no service {service}.",
        "zh": "{host} 上没有服务 {service}。",
    },
    "grpc_no_health": {
        "en": "{host} speaks gRPC, but offers no health service.",
        "zh": "{host} 支持 gRPC，但没有提供健康检查服务。",
    },
    "grpc_denied": {
        "en": "{host} does not let us ask: {answer}.",
        "zh": "{host} 拒绝访问：{answer}。",
    },
    "grpc_failed": {
        "en": "The call to {host} failed with {code}: {answer}.",
        "zh": "对 {host} 的调用失败，状态 {code}：{answer}。",
    },
    "grpc_not_grpc": {
        "en": "{host} answers, but not as gRPC: status {status}, content {content_type}.",
        "zh": "{host} 的应答不是 gRPC：状态码 {status}，内容类型 {content_type}。",
    },
    "grpc_no_http2": {
        "en": "{host} does not speak HTTP/2 ({error}).",
        "zh": "{host} 不支持 HTTP/2（{error}）。",
    },
    "grpc_bad_answer": {
        "en": "The health service of {host} sent something else than its answer: {error}.",
        "zh": "{host} 的健康检查服务返回了无效内容：{error}。",
    },
}

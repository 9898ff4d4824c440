# What a machine behind its own mirrors must tell apt, pip and npm while an image is built: sourced in the RUN
# lines of deploy/Dockerfile, which mount what script/image hands over as build secrets. Each may be absent:
#
#   ca    certificates to trust, PEM        apt   lines of an apt.conf
#   pip   a pip.conf                        npm   an npmrc
#
# Nothing is copied: programs are pointed at /run/secrets, which is gone when the step ends.
# shellcheck shell=sh

if [ -s /run/secrets/ca ]; then
  export SSL_CERT_FILE=/run/secrets/ca PIP_CERT=/run/secrets/ca REQUESTS_CA_BUNDLE=/run/secrets/ca
  export NODE_EXTRA_CA_CERTS=/run/secrets/ca NPM_CONFIG_CAFILE=/run/secrets/ca
fi
if [ -s /run/secrets/apt ]; then export APT_CONFIG=/run/secrets/apt; fi
if [ -s /run/secrets/pip ]; then export PIP_CONFIG_FILE=/run/secrets/pip; fi
if [ -s /run/secrets/npm ]; then export NPM_CONFIG_USERCONFIG=/run/secrets/npm; fi

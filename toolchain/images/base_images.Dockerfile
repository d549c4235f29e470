# What stands in for official base images where no image registry can be reached: made from the
# host's own distribution. The frontend that builds this is the one inside buildkitd.

FROM scratch AS debian
ADD rootfs.tar /
CMD ["bash"]

# As in the official image, Python lives in /usr/local: `python` and `pip` in bin, packages in
# lib/pythonX.Y/site-packages, no refusal because the distribution manages Python. It is the
# distribution's interpreter and library, without Debian's own habit of keeping packages in
# dist-packages: sysconfig is a copy with that undone, and as `site` is part of the interpreter, a
# .pth file adds the folder to its path. The last step checks both. A virtual environment would not
# do: `pip install --upgrade` as a plain user refuses to work in one.
FROM debian AS python-slim
ARG PYTHON_VERSION
RUN <<EOT
set -eu
apt-get update
apt-get install -y --no-install-recommends python3 python3-dev python3-venv netbase tzdata
rm -rf /var/lib/apt/lists/* /usr/lib/python3*/config-*/libpython*.a

python="python${PYTHON_VERSION%.*}"
library="/usr/local/lib/$python"
cp "/usr/bin/$python" "/usr/local/bin/$python"
for name in python3 python; do ln -s "$python" "/usr/local/bin/$name"; done
mkdir -p "$library/site-packages" "$library/dist-packages" /usr/local/include
ln -s "/usr/include/$python" "/usr/local/include/$python"
for entry in "/usr/lib/$python"/*; do
  case "${entry##*/}" in
    EXTERNALLY-MANAGED | __pycache__ | *-packages) ;;
    sysconfig | sysconfig.py) cp -r "$entry" "$library/" ;;
    *) ln -s "$entry" "$library/" ;;
  esac
done
echo "import site; site.addsitedir('$library/site-packages')" > "$library/dist-packages/site.pth"
find "$library" -name 'sysconfig.py' -o -path '*/sysconfig/__init__.py' \
  | xargs sed -i "s/prefix_scheme = 'posix_local'/prefix_scheme = 'posix_prefix'/"
PYTHONPATH="$(ls /usr/share/python-wheels/pip-*.whl)" /usr/local/bin/python -m pip install \
  --no-cache-dir --no-index --find-links /usr/share/python-wheels pip setuptools
/usr/local/bin/python - <<CHECK
import platform, sys, sysconfig
assert platform.python_version() == "${PYTHON_VERSION}", platform.python_version()
assert "$library/site-packages" in sys.path, sys.path
assert sysconfig.get_path("purelib") == "$library/site-packages", sysconfig.get_paths()
CHECK
EOT
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 \
    PYTHON_VERSION=${PYTHON_VERSION}
CMD ["python3"]

FROM python-slim AS python
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      build-essential curl git libffi-dev libssl-dev pkg-config procps wget xz-utils \
 && rm -rf /var/lib/apt/lists/*

FROM debian AS busybox-files
RUN apt-get update \
 && apt-get install -y --no-install-recommends busybox-static \
 && mkdir -p /files/bin /files/etc /files/home /files/root /files/tmp /files/var/www \
 && chmod 1777 /files/tmp \
 && cp /bin/busybox /files/bin/busybox \
 && for applet in $(busybox --list); do \
      [ "$applet" = busybox ] || ln -s busybox "/files/bin/$applet"; \
    done \
 && printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n' \
      > /files/etc/passwd \
 && printf 'root:x:0:\nnogroup:x:65534:\n' > /files/etc/group

FROM scratch AS busybox
COPY --from=busybox-files /files /
CMD ["sh"]

FROM scratch AS frontend
LABEL moby.buildkit.frontend.network.none="true" \
      moby.buildkit.frontend.caps="moby.buildkit.frontend.inputs,moby.buildkit.frontend.subrequests,moby.buildkit.frontend.contexts,moby.buildkit.frontend.gitquerystring"
COPY dockerfile-frontend /bin/dockerfile-frontend
ENTRYPOINT ["/bin/dockerfile-frontend"]
